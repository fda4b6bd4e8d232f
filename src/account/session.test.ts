import { SignJWT, UnsecuredJWT } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import { FakeChain } from '../../test/support/fake-chain.js'
import { fakeGateway, TestClock, user } from '../../test/support/fake-gateway.js'
import type { AppContext } from '../context.js'
import { UnauthenticatedError } from './errors.js'
import { createSession, verifySession } from './session.js'

const ALICE = user(1)
const URL = 'https://gateway.example'
const NOW = 1_700_000_000

let clock: TestClock
let app: AppContext

beforeEach(() => {
  clock = new TestClock(NOW * 1000)
  app = fakeGateway({ chain: new FakeChain(), clock })
})

describe('a session', () => {
  it('is a JWT that says who, where and until when', async () => {
    const { accessToken, expiresAt } = await createSession(app, ALICE.publicKey)
    const [header, payload] = accessToken.split('.').map((part) => Buffer.from(part, 'base64url').toString())
    expect(JSON.parse(header ?? '')).toEqual({ alg: 'HS256', typ: 'JWT' })
    expect(JSON.parse(payload ?? '')).toEqual({
      iss: URL,
      aud: URL,
      sub: ALICE.publicKey,
      iat: NOW,
      exp: NOW + 3_600,
    })
    expect(expiresAt).toEqual(new Date((NOW + 3_600) * 1000))
  })

  it('ends by the gateway’s clock, to the second', async () => {
    const { accessToken } = await createSession(app, ALICE.publicKey)
    clock.ms += 3_599_999
    expect(await verifySession(app, accessToken)).toBe(ALICE.publicKey)
    clock.ms += 1
    await expect(verifySession(app, accessToken)).rejects.toThrow(UnauthenticatedError)
  })

  it('holds at other gateways of the seed, and at no others', async () => {
    const { accessToken } = await createSession(app, ALICE.publicKey)
    expect(await verifySession(fakeGateway({ chain: new FakeChain(), clock }), accessToken)).toBe(
      ALICE.publicKey,
    )
    const strange = fakeGateway({ chain: new FakeChain(), clock, seed: '07'.repeat(32) })
    await expect(verifySession(strange, accessToken)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  it.each(['', 'x', 'a.b.c', '..'])('is not the token %j', async (token) => {
    await expect(verifySession(app, token)).rejects.toThrow(UnauthenticatedError)
  })

  it('is not an unsigned token', async () => {
    const token = new UnsecuredJWT({ sub: ALICE.publicKey })
      .setIssuer(URL)
      .setAudience(URL)
      .setIssuedAt(NOW)
      .setExpirationTime(NOW + 60)
      .encode()
    await expect(verifySession(app, token)).rejects.toThrow(UnauthenticatedError)
  })

  it.each([
    ['another issuer', { iss: 'https://evil.example' }],
    ['another audience', { aud: 'https://evil.example' }],
    ['no subject', { sub: undefined }],
    ['a subject that is no key', { sub: 'alice' }],
    ['a key of mainnet', { sub: 'BC1YLjTKC4y7dumEsVS6GNp7ao7GMUpLrxrMSmtqC8B6XT7EKjdLRgq' }],
    ['no end', { exp: undefined }],
    ['no beginning', { iat: undefined }],
  ])('is not one with %s, though it is signed', async (_, change) => {
    const claims = { iss: URL, aud: URL, sub: ALICE.publicKey, iat: NOW, exp: NOW + 60, ...change }
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256' })
      .sign(app.identity.secret('session'))
    await expect(verifySession(app, token)).rejects.toThrow(UnauthenticatedError)
  })
})
