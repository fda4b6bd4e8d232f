import { beforeEach, describe, expect, it } from 'vitest'
import { FakeChain } from '../../test/support/fake-chain.js'
import {
  fakeGateway,
  MemoryState,
  request,
  TestClock,
  type User,
  user,
} from '../../test/support/fake-gateway.js'
import type { AppContext } from '../context.js'
import { sha256d, signDigest } from '../deso/signature.js'
import { createChallenge } from './create-challenge.js'
import { verifySession } from './session.js'
import { signIn } from './sign-in.js'

const ALICE = user(1)
const BOB = user(2)

let clock: TestClock
let state: MemoryState
let app: AppContext

beforeEach(() => {
  clock = new TestClock(1_700_000_000_000)
  state = new MemoryState()
  app = fakeGateway({ chain: new FakeChain(), clock, state })
})

function sign(challenge: string, { privateKey }: User): string {
  return Buffer.from(signDigest(sha256d(Buffer.from(challenge, 'utf8')), privateKey)).toString('hex')
}

async function challengeOf({ publicKey }: User, gateway = app): Promise<string> {
  return (await createChallenge(request(gateway), publicKey)).challenge
}

function signInWith(challenge: string, signatureHex: string, gateway = app) {
  return signIn(request(gateway), { challenge, signatureHex })
}

describe('a challenge', () => {
  it('names its use, this gateway, the key and the times', async () => {
    const { challenge, expiresAt } = await createChallenge(request(app), ALICE.publicKey)
    const lines = challenge.split('\n')
    expect(lines).toEqual([
      'deso-ipfs-gateway sign-in v1',
      'https://gateway.example',
      `Account: ${ALICE.publicKey}`,
      expect.stringMatching(/^Nonce: [0-9a-f]{96}$/),
      'Issued at: 2023-11-14T22:13:20.000Z',
      'Expires at: 2023-11-14T22:18:20.000Z',
    ])
    expect(expiresAt).toEqual(new Date('2023-11-14T22:18:20.000Z'))
  })

  it('is another one each time, and leaves nothing behind until it is used', async () => {
    expect(await challengeOf(ALICE)).not.toBe(await challengeOf(ALICE))
    expect(state.entries.size).toBe(0)
  })
})

describe('signing in', () => {
  it('gives a session of the account', async () => {
    const challenge = await challengeOf(ALICE)
    const session = await signInWith(challenge, sign(challenge, ALICE))
    expect(session).toMatchObject({
      publicKey: ALICE.publicKey,
      expiresAt: new Date(clock.now() + 3_600_000),
    })
    expect(await verifySession(app, session.accessToken)).toBe(ALICE.publicKey)
  })

  it('works once, also after a restart', async () => {
    const challenge = await challengeOf(ALICE)
    await signInWith(challenge, sign(challenge, ALICE))
    await expect(signInWith(challenge, sign(challenge, ALICE))).rejects.toMatchObject({
      code: 'INVALID_SIGNATURE',
    })
    const restarted = fakeGateway({ chain: new FakeChain(), clock, state })
    await expect(signInWith(challenge, sign(challenge, ALICE), restarted)).rejects.toMatchObject({
      code: 'INVALID_SIGNATURE',
    })
  })

  it('works once of ten at once', async () => {
    const challenge = await challengeOf(ALICE)
    const signature = sign(challenge, ALICE)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, () => signInWith(challenge, signature)),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('is not spoilt by somebody who does not sign', async () => {
    const challenge = await challengeOf(ALICE)
    await expect(signInWith(challenge, sign(challenge, BOB))).rejects.toMatchObject({
      code: 'INVALID_SIGNATURE',
    })
    expect((await signInWith(challenge, sign(challenge, ALICE))).publicKey).toBe(ALICE.publicKey)
  })

  it('works until the last moment of five minutes, and not a moment longer', async () => {
    const [first, second] = [await challengeOf(ALICE), await challengeOf(ALICE)]
    clock.ms += 299_999
    expect((await signInWith(first, sign(first, ALICE))).publicKey).toBe(ALICE.publicKey)
    clock.ms += 1
    await expect(signInWith(second, sign(second, ALICE))).rejects.toMatchObject({ code: 'INVALID_SIGNATURE' })
  })

  it('works at another gateway of the same seed and address', async () => {
    const challenge = await challengeOf(ALICE, fakeGateway({ chain: new FakeChain(), clock }))
    expect((await signInWith(challenge, sign(challenge, ALICE))).publicKey).toBe(ALICE.publicKey)
  })

  it('does not work with a challenge of a gateway with another seed', async () => {
    const challenge = await challengeOf(
      ALICE,
      fakeGateway({ chain: new FakeChain(), clock, seed: '05'.repeat(32) }),
    )
    await expect(signInWith(challenge, sign(challenge, ALICE))).rejects.toMatchObject({
      code: 'INVALID_SIGNATURE',
    })
  })

  it.each([
    ['another key', (text: string) => text.replace(ALICE.publicKey, BOB.publicKey)],
    ['another address', (text: string) => text.replace('gateway.example', 'gateway.evil')],
    ['another version', (text: string) => text.replace('v1', 'v2')],
    ['a later end', (text: string) => text.replace('22:18:20', '22:58:20')],
    [
      'an end that is no time',
      (text: string) => text.replace('2023-11-14T22:18:20.000Z', 'xxxxxxxxxxxxxxxxxxxxxxxx'),
    ],
    ['another nonce', (text: string) => text.replace(/Nonce: ./, 'Nonce: x')],
    ['a line more', (text: string) => `${text}\n`],
    ['Windows line ends', (text: string) => text.replaceAll('\n', '\r\n')],
    ['nothing', () => ''],
  ])('does not work with a text of %s, though it is signed', async (_, change) => {
    const text = change(await challengeOf(ALICE))
    for (const signer of [ALICE, BOB]) {
      await expect(signInWith(text, sign(text, signer))).rejects.toMatchObject({ code: 'INVALID_SIGNATURE' })
    }
  })

  it.each([
    '',
    '00',
    'zz',
    '3006020101020101',
    'ab'.repeat(64),
  ])('does not work with the signature %j', async (signature) => {
    await expect(signInWith(await challengeOf(ALICE), signature)).rejects.toMatchObject({
      code: 'INVALID_SIGNATURE',
    })
  })

  it('says the same whatever is wrong', async () => {
    const challenge = await challengeOf(ALICE)
    const messages = await Promise.all(
      [
        signInWith(challenge, sign(challenge, BOB)),
        signInWith('x', '00'),
        signInWith(challenge.replace('v1', 'v2'), '00'),
      ].map((attempt) => attempt.catch(({ message }: Error) => message)),
    )
    expect(new Set(messages).size).toBe(1)
  })
})
