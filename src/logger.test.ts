import { describe, expect, it } from 'vitest'
import { createLogger } from './logger.js'

function logged(write: (log: ReturnType<typeof createLogger>) => void): string[] {
  const lines: string[] = []
  write(createLogger('info', { write: (line) => lines.push(line) }))
  return lines
}

describe('the logger', () => {
  it('writes one JSON line for what is at its level or above', () => {
    const lines = logged((log) => {
      log.info({ requestId: 'abc' }, 'started')
      log.debug('too fine')
    })
    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 30,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      requestId: 'abc',
      msg: 'started',
    })
  })

  it('writes an error with its stack and its cause', () => {
    const [line] = logged((log) =>
      log.error({ err: new Error('outer', { cause: new Error('inner') }) }, 'failed'),
    )
    expect(JSON.parse(line ?? '')).toMatchObject({
      err: { type: 'Error', message: 'outer: inner' },
      msg: 'failed',
    })
  })

  it('shows no token, seed or key wherever an object holds it, down to two levels', () => {
    const secret = 'do-not-show'
    const lines = logged((log) => {
      log.info({ authorization: secret, req: { headers: { authorization: secret, cookie: secret } } })
      log.info({
        seeds: [secret],
        config: { seeds: [secret] },
        account: { seedHex: secret, privateKey: secret },
      })
      log.info({ accessToken: secret, result: { accessToken: secret, token: secret, mnemonic: secret } })
    })
    expect(lines).toHaveLength(3)
    expect(lines.join('')).not.toContain(secret)
    expect(lines.join('')).toContain('[secret]')
  })
})
