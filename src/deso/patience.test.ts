import { describe, expect, it } from 'vitest'
import { answersInTime } from './patience.js'

const late = (ms: number, value: string) =>
  new Promise<string>((resolve) => {
    setTimeout(() => resolve(value), ms)
  })

describe('answers in time', () => {
  it('are those of all, in their order, if none is much slower', async () => {
    expect(await answersInTime([late(20, 'a'), late(0, 'b'), late(10, 'c')], { enough: 2 })).toEqual([
      'a',
      'b',
      'c',
    ])
  })

  it('do not wait for one that is much slower than enough others', async () => {
    const never = new Promise<string>(() => undefined)
    expect(await answersInTime([never, late(0, 'b'), late(10, 'c')], { enough: 2 })).toEqual([null, 'b', 'c'])
  })

  it('wait for a slow one that is needed', async () => {
    const failing = Promise.reject(new Error('down'))
    expect(await answersInTime([late(250, 'a'), late(0, 'b'), failing], { enough: 2 })).toEqual([
      'a',
      'b',
      null,
    ])
  })

  it('are none where all fail', async () => {
    expect(await answersInTime([Promise.reject(new Error('down'))], { enough: 2 })).toEqual([null])
    expect(await answersInTime([], { enough: 2 })).toEqual([])
  })
})
