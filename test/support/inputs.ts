import { expect } from 'vitest'
import { publicKeyFromBytes } from '../../src/deso/keys.js'
import { devAccounts } from '../../src/devchain/accounts.js'
import type { Json, World } from './world.js'

const keyOf = (name: string) => {
  const account = devAccounts().find((one) => one.name === name)?.account ?? ''
  return publicKeyFromBytes(Buffer.from(account, 'hex'), 'testnet')
}

export const ALICE: string = keyOf('alice')
export const BOB: string = keyOf('bob')

/** The mutations: the type of their input, and what to ask of their payload. */
export const INPUTS = {
  createChallenge: ['CreateChallengeInput', 'challenge'],
  signIn: ['SignInInput', 'accessToken'],
  createPlan: ['CreatePlanInput', 'draft { kind }'],
  closePlan: ['ClosePlanInput', 'draft { kind }'],
  subscribe: ['SubscribeInput', 'draft { kind }'],
  unsubscribe: ['UnsubscribeInput', 'draft { kind }'],
  publishContent: ['PublishContentInput', 'manifestCid'],
  createTransaction: ['CreateTransactionInput', 'draft { kind }'],
  submitTransaction: ['SubmitTransactionInput', 'transaction { status }'],
} as const

export type Mutation = keyof typeof INPUTS

/** An input of each that is well-formed. */
export const good = {
  createChallenge: () => ({ publicKey: ALICE }),
  signIn: () => ({ challenge: { challenge: 'text', signature: 'ab' } }),
  createPlan: () => ({
    slug: 'gold',
    title: 'Gold',
    priceNanos: '1',
    periodSeconds: 60,
    signer: ALICE,
    idempotencyKey: 'key',
  }),
  closePlan: () => ({ slug: 'gold', signer: ALICE, idempotencyKey: 'key' }),
  subscribe: () => ({ creator: BOB, plan: 'gold', signer: ALICE, idempotencyKey: 'key' }),
  unsubscribe: () => ({ creator: BOB, plan: 'gold', signer: ALICE, idempotencyKey: 'key' }),
  publishContent: () => ({ title: 'Film', teaser: '', files: [{}], idempotencyKey: 'key' }),
  createTransaction: () => ({ sendDeso: sendDeso() }),
  submitTransaction: () => ({ signedHex: 'ab' }),
} satisfies { [M in Mutation]: () => unknown }

export const sendDeso = (changes: Record<string, unknown> = {}) => ({
  to: BOB,
  amountNanos: '1',
  signer: ALICE,
  idempotencyKey: 'key',
  ...changes,
})

/** Runs inputs against a world that is open by then. */
export function inputsOf(world: () => World) {
  function run(mutation: Mutation, input: unknown, as?: string) {
    const [type, field] = INPUTS[mutation]
    return world().query<Json>(
      `mutation ($input: ${type}!) { ${mutation}(input: $input) {
      ${field} errors { __typename code message path retryable } } }`,
      { input },
      as,
    )
  }

  /** The one error of a payload that holds nothing else. */
  async function userError(mutation: Mutation, input: unknown, as?: string): Promise<Json> {
    const { data, errors } = await run(mutation, input, as)
    expect(errors).toBeUndefined()
    const { errors: userErrors, replayed, ...rest } = data[mutation]
    expect(Object.values(rest)).toEqual([null])
    expect(userErrors).toHaveLength(1)
    return userErrors[0]
  }

  /** The messages of an input that the schema refuses. */
  async function schemaErrors(mutation: Mutation, input: unknown): Promise<string[]> {
    const { data, errors } = await run(mutation, input)
    expect(data ?? null).toBeNull()
    for (const { extensions } of errors ?? []) {
      expect(extensions).toEqual({ code: 'BAD_USER_INPUT', retryable: false, requestId: expect.any(String) })
    }
    return (errors ?? []).map(({ message }) => message)
  }

  return { run, userError, schemaErrors }
}

export const invalid = (path: string, message: string) => ({
  __typename: 'InvalidInput',
  code: 'INVALID_INPUT',
  message,
  path: path.split('.'),
  retryable: false,
})

export const notSignedIn = {
  __typename: 'NotSignedIn',
  code: 'NOT_SIGNED_IN',
  message: expect.any(String),
  path: null,
  retryable: false,
}
