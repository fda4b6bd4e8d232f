import { describe, expect, it } from 'vitest'
import { EventQueue } from './event-queue.js'

const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

/** A queue of three at most, whose patience ends when the test says so. */
function open() {
  const controller = new AbortController()
  const slow: Error[] = []
  const sleepers: (() => void)[] = []
  const clock = {
    now: () => 0,
    sleep: (_ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        sleepers.push(resolve)
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
      }),
  }
  const queue = new EventQueue<number>(clock, controller.signal, 3, (error) => slow.push(error))
  const endPatience = () => {
    for (const wake of sleepers.splice(0)) wake()
  }
  return { queue, controller, slow, endPatience }
}

describe('a queue of events', () => {
  it('gives what was put in, in order, also to who waits already', async () => {
    const { queue } = open()
    const items = queue.items()
    const first = items.next()
    await settle()
    await queue.push([1, 2])
    expect(await first).toEqual({ done: false, value: 1 })
    expect(await items.next()).toEqual({ done: false, value: 2 })
  })

  it('makes who puts wait while it is full, and goes on when there is room', async () => {
    const { queue, slow } = open()
    const items = queue.items()
    let isIn = false
    const pushed = queue.push([1, 2, 3, 4]).then(() => {
      isIn = true
    })
    await settle()
    expect(isIn).toBe(false)
    expect((await items.next()).value).toBe(1)
    await pushed
    expect([await items.next(), await items.next(), await items.next()].map(({ value }) => value)).toEqual([
      2, 3, 4,
    ])
    expect(slow).toEqual([])
  })

  it('gives up a watcher who takes nothing for as long as others can wait', async () => {
    const { queue, slow, endPatience } = open()
    const items = queue.items()
    const pushed = queue.push([1, 2, 3, 4, 5])
    await settle()
    endPatience()
    await pushed
    expect(slow).toMatchObject([{ name: 'TooSlowError' }])
    await expect(items.next()).rejects.toMatchObject({ name: 'TooSlowError' })
    await queue.push([6])
  })

  it('gives what waits before it fails', async () => {
    const { queue } = open()
    const items = queue.items()
    await queue.push([1])
    queue.fail(new Error('over'))
    expect((await items.next()).value).toBe(1)
    await expect(items.next()).rejects.toThrow('over')
  })

  it('is idle while everything was taken and somebody waits', async () => {
    const { queue } = open()
    expect(queue.isIdle).toBe(false)
    const items = queue.items()
    const first = items.next()
    await settle()
    expect(queue.isIdle).toBe(true)
    await queue.push([1])
    expect(queue.isIdle).toBe(false)
    await first
    expect(queue.isIdle).toBe(false)
  })

  it('ends for both sides when the watch ends', async () => {
    const { queue, controller } = open()
    const items = queue.items()
    const first = items.next()
    const pushed = open()
    await settle()
    controller.abort()
    expect((await first).done).toBe(true)
    const full = pushed.queue.push([1, 2, 3, 4])
    await settle()
    pushed.controller.abort()
    await full
    expect(pushed.slow).toEqual([])
  })
})
