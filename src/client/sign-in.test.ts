import { hexToBytes } from '@noble/hashes/utils.js'
import { describe, expect, it } from 'vitest'
import { type Asked, FAN_SEED, type Script, scriptedFetch } from '../../test/support/scripted-session.js'
import { sha256d, verifyDigest } from '../deso/signature.js'
import { createClient } from './client.js'
import { ChallengeRefusedError, SignerFaultError, UserErrorsError } from './errors.js'
import { signIn } from './sign-in.js'
import { seedSigner } from './signer.js'

const URL = 'https://gateway.example'
const TITLE = 'deso-ipfs-gateway sign-in v1'
const GOOD = `${TITLE}\n${URL}\nAccount: somebody\nNonce: 1`

function scriptFor(challenge: string | null): Script {
  return {
    CreateChallenge: () => ({ createChallenge: { challenge, expiresAt: null, errors: [] } }),
    SignIn: () => ({
      signIn: { accessToken: 'token-1', expiresAt: '2030-01-01T00:00:00.000Z', viewer: null, errors: [] },
    }),
  }
}

function setUp(challenge: string | null, options: { publicUrl?: string } = {}) {
  const asked: Asked[] = []
  const signer = seedSigner(FAN_SEED)
  const signed: Uint8Array[] = []
  const spy = {
    ...signer,
    signDigest(digest: Uint8Array) {
      signed.push(digest)
      return signer.signDigest(digest)
    },
  }
  const fetch = scriptedFetch(scriptFor(challenge), asked)
  const client = createClient({ url: `${URL}/`, network: 'testnet', fetch, ...options })
  return { client, signer: spy, asked, signed }
}

describe('signing in', () => {
  it('signs the challenge of this gateway and gives a client that speaks for the account', async () => {
    const { client, signer, asked, signed } = setUp(GOOD)
    const session = await signIn(client, signer)
    expect(session.publicKey).toBe(signer.publicKey('testnet'))
    expect(session.accessToken).toBe('token-1')
    expect(session.options).toEqual({ ...client.options, accessToken: 'token-1' })
    expect(session.expiresAt).toEqual(new Date('2030-01-01T00:00:00.000Z'))
    expect(asked[0]).toEqual({
      operation: 'CreateChallenge',
      variables: { input: { publicKey: session.publicKey } },
    })
    const digest = sha256d(new TextEncoder().encode(GOOD))
    expect(signed).toEqual([digest])
    const { challenge } = asked[1]?.variables.input as { challenge: { challenge: string; signature: string } }
    expect(challenge.challenge).toBe(GOOD)
    expect(verifyDigest(digest, hexToBytes(challenge.signature), signer.publicKey33)).toBe(true)
  })

  it('takes the address under which the gateway knows itself from the caller', async () => {
    const { client, signer } = setUp(`${TITLE}\nhttps://public.example\n`, {
      publicUrl: 'https://public.example/',
    })
    await expect(signIn(client, signer)).resolves.toMatchObject({ accessToken: 'token-1' })
  })

  it.each([
    ['of another gateway', `${TITLE}\nhttps://other.example\n`],
    ['of an address that begins like this one', `${TITLE}\n${URL}.evil.example\n`],
    ['of an address with a carriage return', `${TITLE}\n${URL}\r\n`],
    ['of another version', `${TITLE}2\n${URL}\n`],
    ['with something before the title', ` ${TITLE}\n${URL}\n`],
    ['that is the title alone', TITLE],
    ['that is empty', ''],
    ['that is missing', null],
    ['that is the hex of a transaction', '0001'.repeat(40)],
    ['of great length', `${GOOD}\n${'x'.repeat(2_000)}`],
  ])('signs no challenge %s', async (_name, challenge) => {
    const { client, signer, asked, signed } = setUp(challenge)
    await expect(signIn(client, signer)).rejects.toBeInstanceOf(ChallengeRefusedError)
    expect(signed).toEqual([])
    expect(asked).toHaveLength(1)
  })

  it('names both addresses when they differ', async () => {
    const { client, signer } = setUp(`${TITLE}\nhttps://other.example\n`)
    await expect(signIn(client, signer)).rejects.toThrow(
      'The gateway gave a sign-in to "https://other.example", not to https://gateway.example. It was not signed.',
    )
  })

  it('sends no signature that the key did not make', async () => {
    const { client, signer, asked } = setUp(GOOD)
    const foreign = { ...signer, signDigest: seedSigner('12'.repeat(32)).signDigest }
    await expect(signIn(client, foreign)).rejects.toBeInstanceOf(SignerFaultError)
    expect(asked).toHaveLength(1)
  })

  it('throws what the gateway has against it', async () => {
    const { signer } = setUp(GOOD)
    const error = { __typename: 'InvalidSignature', code: 'INVALID_SIGNATURE', message: 'No.', path: null }
    const fetch = scriptedFetch({
      ...scriptFor(GOOD),
      SignIn: () => ({
        signIn: { accessToken: null, expiresAt: null, errors: [{ ...error, retryable: false }] },
      }),
    })
    const client = createClient({ url: URL, network: 'testnet', fetch })
    const thrown = await signIn(client, signer).catch((caught: unknown) => caught)
    expect(thrown).toBeInstanceOf(UserErrorsError)
    expect(thrown).toMatchObject({ code: 'INVALID_SIGNATURE', retryable: false, message: 'No.' })
  })
})
