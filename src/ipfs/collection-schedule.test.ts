import { expect, it } from 'vitest'
import { scheduleCollections } from './collection-schedule.js'

const NOTHING = { pins: 0, pinnedBlocks: 0, youngBlocks: 0, blocks: 0, bytes: 0 }

it('collects from time to time, tells what went and what failed, and ends', async () => {
  const waits: number[] = []
  const told: unknown[][] = []
  const outcomes = [NOTHING, { ...NOTHING, blocks: 2, bytes: 9 }, new Error('a pin cannot be read'), NOTHING]
  let done = () => {}
  const all = new Promise<void>((resolve) => {
    done = resolve
  })
  const schedule = scheduleCollections({
    everyMs: 1000,
    clock: {
      now: () => 0,
      sleep: (ms, signal) => {
        waits.push(ms)
        if (outcomes.length > 0) return Promise.resolve()
        done()
        return new Promise((_, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason))
        })
      },
    },
    collect: async () => {
      const outcome = outcomes.shift() ?? NOTHING
      if (outcome instanceof Error) throw outcome
      return outcome
    },
    log: {
      info: (...line: unknown[]) => told.push(['info', ...line]),
      error: (...line: unknown[]) => told.push(['error', ...line]),
    },
  })
  await all
  await schedule[Symbol.asyncDispose]()
  expect(waits).toHaveLength(5)
  expect(waits.every((ms) => ms >= 750 && ms <= 1250)).toBe(true)
  expect(new Set(waits).size).toBeGreaterThan(1)
  expect(told).toEqual([
    ['info', { ...NOTHING, blocks: 2, bytes: 9 }, 'collected garbage of the IPFS store'],
    ['error', { err: new Error('a pin cannot be read') }, 'could not collect garbage of the IPFS store'],
  ])
})
