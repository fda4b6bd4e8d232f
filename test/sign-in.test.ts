import { secp256k1 } from '@noble/curves/secp256k1.js'
import { SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sha256d } from '../src/deso/signature.js'
import { call } from './support/http.js'
import { at, OPENING } from './support/market.js'
import { type Json, MovableClock, openWorld, type Person, signatureOf, type World } from './support/world.js'

/** Who is there: challenges, sessions, and what tokens that do not hold are answered with. */
let clock: MovableClock
let world: World
/** Shares the chain, and has a seed of its own. */
let other: World
let alice: Person
let bob: Person

beforeAll(async () => {
  clock = new MovableClock(OPENING * 1000)
  world = await openWorld({ clock, env: { SESSION_SECONDS: '3600' } })
  other = await openWorld({ clock, chain: world.chain })
  alice = world.person('alice')
  bob = world.person('bob')
})

afterAll(async () => {
  await other[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

async function challengeOf(person: Person, at = world): Promise<Json> {
  const { createChallenge } = await at.ask(
    'mutation ($key: PublicKey!) { createChallenge(input: { publicKey: $key }) { challenge expiresAt errors { code } } }',
    { key: person.publicKey },
  )
  return createChallenge
}

async function signIn(challenge: string, signature: string, at = world): Promise<Json> {
  const { signIn } = await at.ask(
    `mutation ($input: SignInInput!) { signIn(input: $input) {
      accessToken refreshToken expiresAt viewer { publicKey } errors { __typename code message path retryable } } }`,
    { input: { challenge: { challenge, signature } } },
  )
  return signIn
}

const sign = (text: string, person: Person) => signatureOf(Buffer.from(text, 'utf8'), person)

const refused = {
  accessToken: null,
  refreshToken: null,
  expiresAt: null,
  viewer: null,
  errors: [
    {
      __typename: 'InvalidSignature',
      code: 'INVALID_SIGNATURE',
      message: 'The challenge or its signature does not hold. Ask for a new challenge and sign it.',
      path: null,
      retryable: false,
    },
  ],
}

describe('a challenge', () => {
  it('says in its first two lines what it is and for which gateway, then the rest', async () => {
    const { challenge, expiresAt, errors } = await challengeOf(alice)
    const now = clock.now() / 1000
    const lines = challenge.split('\n')
    expect(lines.slice(0, 3)).toEqual([
      'deso-ipfs-gateway sign-in v1',
      world.url,
      `Account: ${alice.publicKey}`,
    ])
    expect(lines.slice(3)).toEqual([
      expect.stringMatching(/^Nonce: [0-9a-f]+$/),
      `Issued at: ${at(now)}`,
      `Expires at: ${at(now + 300)}`,
    ])
    expect([expiresAt, errors]).toEqual([at(now + 300), []])
    expect((await challengeOf(alice)).challenge).not.toBe(challenge)
  })

  it('signed by the account’s key is a session', async () => {
    const { challenge } = await challengeOf(alice)
    const now = clock.now() / 1000
    const session = await signIn(challenge, sign(challenge, alice))
    expect(session).toEqual({
      accessToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      refreshToken: null,
      expiresAt: at(now + 3_600),
      viewer: { publicKey: alice.publicKey },
      errors: [],
    })
    const { viewer } = await world.ask('{ viewer { publicKey } }', {}, session.accessToken)
    expect(viewer).toEqual({ publicKey: alice.publicKey })
  })

  it('works once, also of many at once', async () => {
    const { challenge } = await challengeOf(alice)
    const signature = sign(challenge, alice)
    const answers = await Promise.all(Array.from({ length: 10 }, () => signIn(challenge, signature)))
    expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(1)
    expect(answers.filter(({ accessToken }) => accessToken === null)).toEqual(Array(9).fill(refused))
    expect(await signIn(challenge, signature)).toEqual(refused)
  })

  it('works once whatever the restarts between', async () => {
    const [used, unused] = [await challengeOf(alice), await challengeOf(alice)]
    expect((await signIn(used.challenge, sign(used.challenge, alice))).errors).toEqual([])
    await world.restart()
    expect(await signIn(used.challenge, sign(used.challenge, alice))).toEqual(refused)
    expect((await signIn(unused.challenge, sign(unused.challenge, alice))).errors).toEqual([])
  })

  it('works for five minutes, to the second', async () => {
    const [inTime, late] = [await challengeOf(alice), await challengeOf(alice)]
    clock.forward(299)
    expect((await signIn(inTime.challenge, sign(inTime.challenge, alice))).errors).toEqual([])
    clock.forward(1)
    expect(await signIn(late.challenge, sign(late.challenge, alice))).toEqual(refused)
  })

  it('that is wrong in any way is refused in the same words, and is not used up', async () => {
    const { challenge } = await challengeOf(alice)
    const signature = sign(challenge, alice)
    const foreign = (await challengeOf(alice, other)).challenge
    const digest = sha256d(Buffer.from(challenge))
    const highS = highSOf(signature)
    const wrong: [string, string][] = [
      [challenge, sign(challenge, bob)],
      [challenge, sign(`${challenge} `, alice)],
      [challenge, ''],
      [challenge, 'ab'.repeat(70)],
      [challenge, `${signature}00`],
      [challenge, signature.slice(0, -2)],
      [challenge, highS],
      [challenge, Buffer.from(digest).toString('hex')],
      [foreign, sign(foreign, alice)],
      ['', sign('', alice)],
      ['x'.repeat(100_000), signature],
      ...[
        challenge.replace(alice.publicKey, bob.publicKey),
        challenge.replace(world.url, other.url),
        challenge.replace('v1', 'v2'),
        challenge.replace(/Nonce: ./, (text: string) => `Nonce: ${text.endsWith('0') ? '1' : '0'}`),
        challenge.replace(/Expires at: .*/, `Expires at: ${at(clock.now() / 1000 + 3_600)}`),
        challenge.replaceAll('\n', '\r\n'),
        `${challenge}\n`,
        ` ${challenge}`,
      ].flatMap((text): [string, string][] => [
        [text, sign(text, alice)],
        [text, sign(text, bob)],
      ]),
    ]
    for (const [text, by] of wrong) expect(await signIn(text, by), text).toEqual(refused)
    expect((await signIn(challenge, signature)).viewer).toEqual({ publicKey: alice.publicKey })
  })

  it('signed in upper-case hex is a session all the same', async () => {
    const { challenge } = await challengeOf(bob)
    expect((await signIn(challenge, sign(challenge, bob).toUpperCase())).errors).toEqual([])
  })
})

/** The other S, which is valid to the curve and not to DeSo. */
function highSOf(der: string): string {
  const { r, s } = secp256k1.Signature.fromHex(der, 'der')
  return new secp256k1.Signature(r, secp256k1.Point.Fn.ORDER - s).toHex('der')
}

describe('a token', () => {
  /** As a top-level error with HTTP 401, over GraphQL and over REST, for what would need no token too. */
  async function expectUnauthenticated(headers: Record<string, string>) {
    const message = expect.any(String)
    const answer = await call(world, '/graphql', { body: { query: '{ gateway { version } }' }, headers })
    expect(answer.status).toBe(401)
    expect(answer.body).toEqual({
      errors: [
        {
          message,
          extensions: {
            code: 'UNAUTHENTICATED',
            retryable: false,
            requestId: answer.headers.get('x-request-id'),
          },
        },
      ],
    })
    const get = await call(world, `/graphql?query=${encodeURIComponent('{ __typename }')}`, { headers })
    expect([get.status, get.body.errors[0].extensions.code]).toEqual([401, 'UNAUTHENTICATED'])
    const input = { publicKey: alice.publicKey }
    const rest = await call(world, '/api/sign-in/challenge', { body: input, headers })
    expect(rest.status).toBe(401)
    expect(rest.body.errors).toEqual([
      {
        code: 'UNAUTHENTICATED',
        message,
        path: null,
        retryable: false,
        requestId: rest.headers.get('x-request-id'),
      },
    ])
  }

  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

  it('holds for SESSION_SECONDS, to the second, and ends', async () => {
    const token = await world.signIn(alice)
    const viewer = () => call(world, '/graphql', { body: { query: '{ viewer { publicKey } }' }, token })
    clock.forward(3_599)
    expect((await viewer()).body).toEqual({ data: { viewer: { publicKey: alice.publicKey } } })
    clock.forward(1)
    expect((await viewer()).status).toBe(401)
    await expectUnauthenticated(bearer(token))
  })

  it('holds after a restart', async () => {
    const token = await world.signIn(alice)
    await world.restart()
    expect(await world.ask('{ viewer { publicKey } }', {}, token)).toEqual({
      viewer: { publicKey: alice.publicKey },
    })
  })

  it('of another gateway, forged, changed or of another scheme is refused', async () => {
    const token = await world.signIn(alice)
    const [head, body, mac = ''] = token.split('.')
    const claims = {
      sub: alice.publicKey,
      iat: OPENING,
      exp: OPENING + 10 ** 8,
      iss: world.url,
      aud: world.url,
    }
    const forged = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new Uint8Array(32))
    const unsigned = new UnsecuredJWT(claims).encode()
    const bobs = Buffer.from(JSON.stringify({ ...claims, sub: bob.publicKey })).toString('base64url')
    const wrong = [
      await other.signIn(alice),
      forged,
      unsigned,
      `${head}.${bobs}.${mac}`,
      `${head}.${body}.${mac.slice(0, -4)}AAAA`,
      `${head}.${body}`,
      'garbage',
      'x'.repeat(5_000),
    ]
    for (const one of wrong) await expectUnauthenticated(bearer(one))
    for (const authorization of [
      '',
      'Bearer',
      'Bearer ',
      `Basic ${token}`,
      token,
      `Bearer ${token} ${token}`,
    ]) {
      await expectUnauthenticated({ authorization })
    }
    const { viewer } = await world.ask('{ viewer { publicKey } }', {}, token)
    expect(viewer.publicKey).toBe(alice.publicKey)
  })

  it('is read whatever the case of its scheme', async () => {
    const authorization = `bearer ${await world.signIn(alice)}`
    const { body } = await call(world, '/graphql', {
      body: { query: '{ viewer { id } }' },
      headers: { authorization },
    })
    expect(body.data.viewer.id).toEqual(expect.any(String))
  })
})

describe('without a token', () => {
  it('there is no viewer', async () => {
    const key = alice.publicKey
    const { viewer, account } = await world.ask(
      '{ viewer { id } account(by: { publicKey: "KEY" }) { viewerSubscription(plan: "gold") { id } } }'.replace(
        'KEY',
        key,
      ),
    )
    expect([viewer, account]).toEqual([null, { viewerSubscription: null }])
  })

  it('what needs one is NOT_SIGNED_IN, in the payload', async () => {
    const input = { title: 'T', teaser: '', files: [], idempotencyKey: 'k' }
    const { publishContent } = await world.ask(
      'mutation ($input: PublishContentInput!) { publishContent(input: $input) { draft { kind } errors { __typename code retryable } } }',
      { input },
    )
    expect(publishContent).toEqual({
      draft: null,
      errors: [{ __typename: 'NotSignedIn', code: 'NOT_SIGNED_IN', retryable: false }],
    })
  })

  it('the signer of a draft is the viewer where none is given', async () => {
    const draft = (token?: string) =>
      world.ask(
        `mutation { createPlan(input: { slug: "gold", title: "Gold", priceNanos: "1", periodSeconds: 60,
          idempotencyKey: "viewer" }) { draft { signer { publicKey } } errors { code } } }`,
        {},
        token,
      )
    expect((await draft()).createPlan).toEqual({ draft: null, errors: [{ code: 'NOT_SIGNED_IN' }] })
    expect((await draft(await world.signIn(bob))).createPlan).toEqual({
      draft: { signer: { publicKey: bob.publicKey } },
      errors: [],
    })
  })
})
