import { describe, expect, it } from 'vitest'
import { createGate } from '../../test/support/gate.js'
import { KeyedMutex } from './keyed-mutex.js'

describe('a keyed mutex', () => {
  it('runs calls of one key one at a time, in the order they came', async () => {
    const mutex = new KeyedMutex()
    const steps: string[] = []
    const call = (name: string) =>
      mutex.run('key', async () => {
        steps.push(`${name} begins`)
        await Promise.resolve()
        steps.push(`${name} ends`)
        return name
      })
    expect(await Promise.all([call('a'), call('b'), call('c')])).toEqual(['a', 'b', 'c'])
    expect(steps).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
  })

  it('does not let different keys wait for each other', async () => {
    const mutex = new KeyedMutex()
    const gate = createGate()
    const held = mutex.run('one', () => gate.promise)
    expect(await mutex.run('two', async () => 'done')).toBe('done')
    gate.resolve()
    await held
  })

  it('admits the next caller after one that failed', async () => {
    const mutex = new KeyedMutex()
    const failed = mutex.run('key', () => Promise.reject(new Error('broke')))
    const next = mutex.run('key', async () => 'fine')
    await expect(failed).rejects.toThrow('broke')
    expect(await next).toBe('fine')
  })

  it('lets a waiting caller give up with its reason, without running it or holding up those behind', async () => {
    const mutex = new KeyedMutex()
    const gate = createGate()
    const held = mutex.run('key', () => gate.promise)
    const abort = new AbortController()
    let hasRun = false
    const givenUp = mutex.run(
      'key',
      async () => {
        hasRun = true
      },
      abort.signal,
    )
    const behind = mutex.run('key', async () => 'behind')
    abort.abort(new Error('client is gone'))
    await expect(givenUp).rejects.toThrow('client is gone')
    gate.resolve()
    await held
    expect(await behind).toBe('behind')
    expect(hasRun).toBe(false)
  })

  it('does not begin what was given up before', async () => {
    const mutex = new KeyedMutex()
    const run = mutex.run('key', async () => 'ran', AbortSignal.abort(new Error('too late')))
    await expect(run).rejects.toThrow('too late')
    expect(await mutex.run('key', async () => 'free')).toBe('free')
  })

  it('refuses more waiting callers than it may hold, as retryable', async () => {
    const mutex = new KeyedMutex(1)
    const gate = createGate()
    const held = mutex.run('key', () => gate.promise)
    const waiting = mutex.run('key', async () => 'waited')
    await expect(mutex.run('key', async () => 'never')).rejects.toMatchObject({
      name: 'TooManyWaitingError',
      code: 'STORAGE_UNAVAILABLE',
      retryable: true,
    })
    gate.resolve()
    await held
    expect(await waiting).toBe('waited')
  })
})
