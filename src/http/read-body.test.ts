import type { IncomingMessage } from 'node:http'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { MAX_JSON_BYTES, readJsonObject } from './read-body.js'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

function request(): PassThrough & IncomingMessage {
  const headers = { 'content-type': 'application/json' }
  return Object.assign(new PassThrough(), { headers, complete: false }) as never
}

describe('a JSON body', () => {
  it('is read as it comes, and leaves no timer behind', async () => {
    const req = request()
    const body = readJsonObject(req)
    req.write('{"a":')
    req.end('1}')
    expect(await body).toEqual({ a: 1 })
    expect(vi.getTimerCount()).toBe(0)
  })

  it.each([
    ['comes too slowly', 408, () => vi.advanceTimersByTime(30_000)],
    ['is too large', 413, (req: PassThrough) => req.write(Buffer.alloc(MAX_JSON_BYTES))],
  ] as const)('that %s is %d, over a connection that stays for the answer', async (_, status, happen) => {
    const req = request()
    const refused = expect(readJsonObject(req)).rejects.toMatchObject({ status })
    req.write('{')
    happen(req)
    await refused
    expect(req.destroyed).toBe(false)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('that breaks off is 400, and leaves no timer behind', async () => {
    const req = request()
    const refused = expect(readJsonObject(req)).rejects.toMatchObject({ status: 400 })
    req.destroy()
    await refused
    expect(vi.getTimerCount()).toBe(0)
  })
})
