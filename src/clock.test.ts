import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from './clock.js'

describe('the system clock', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('tells the time of the machine', () => {
    expect(systemClock.now()).toBe(1_000_000)
  })
})

describe('sleeping by the system clock', () => {
  it('ends at once for no time or less', async () => {
    await systemClock.sleep(0)
    await systemClock.sleep(-5)
  })

  it('rejects with the reason of the signal, before and while it sleeps', async () => {
    const reason = new Error('client is gone')
    await expect(systemClock.sleep(60_000, AbortSignal.abort(reason))).rejects.toBe(reason)
    await expect(systemClock.sleep(0, AbortSignal.abort(reason))).rejects.toBe(reason)
    const abort = new AbortController()
    const sleeping = systemClock.sleep(60_000, abort.signal)
    abort.abort(reason)
    await expect(sleeping).rejects.toBe(reason)
  })

  it('does not end early when asked for more than a timer can wait', async () => {
    const abort = new AbortController()
    const sleeping = systemClock.sleep(2 ** 31 + 5, abort.signal)
    const first = await Promise.race([
      sleeping.then(() => 'slept'),
      new Promise((resolve) => setTimeout(resolve, 20, 'still sleeping')),
    ])
    abort.abort(new Error('enough'))
    expect(first).toBe('still sleeping')
    await expect(sleeping).rejects.toThrow('enough')
  })
})
