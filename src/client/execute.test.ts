import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { describe, expect, it } from 'vitest'
import { actionNamed, committed, hexOf, PLAN_VERSION } from '../../test/support/client-actions.js'
import { FAN_SEED, type Script, scriptedSession } from '../../test/support/scripted-session.js'
import { encodeTransaction, unsignedBytes } from '../deso/codec.js'
import { sha256d, signTransaction, transactionId } from '../deso/signature.js'
import {
  ConnectionError,
  GraphQLRequestError,
  SignerFaultError,
  TransactionMismatchError,
  TransactionUncertainError,
  UserErrorsError,
} from './errors.js'
import { seedSigner } from './signer.js'

const action = actionNamed('subscribe')
const honest = action.script(hexOf(action.draft))
const signedBytes = encodeTransaction(signTransaction(action.draft, hexToBytes(FAN_SEED)))
const ID = transactionId(signedBytes)

function submitting(answer: (signedHex: string) => unknown): Script {
  return {
    ...honest,
    SubmitTransaction: ({ input }) => ({
      submitTransaction: answer((input as { signedHex: string }).signedHex),
    }),
  }
}

const caught = (promise: Promise<unknown>) => promise.catch((error: unknown) => error)

describe('an action', () => {
  it('drafts, checks, signs the draft’s digest, submits the signed bytes, and answers their own id', async () => {
    const { session, asked, signed } = scriptedSession(honest)
    const result = await action.run(session, { idempotencyKey: 'my key' })
    expect(asked).toEqual([
      {
        operation: 'Subscribe',
        variables: {
          input: {
            creator: expect.stringMatching(/^tBC/),
            plan: 'gold',
            planVersion: PLAN_VERSION,
            periods: 3,
            signer: session.publicKey,
            idempotencyKey: 'my key',
          },
        },
      },
      {
        operation: 'SubmitTransaction',
        variables: { input: { signedHex: bytesToHex(signedBytes), wait: 'COMMITTED' } },
      },
    ])
    expect(signed).toEqual([sha256d(unsignedBytes(action.draft))])
    expect(result).toMatchObject({ transactionId: ID, replayed: false, idempotencyKey: 'my key' })
  })

  it('makes an idempotency key of its own for each call, and tells it', async () => {
    const keys = new Set<string>()
    for (let call = 0; call < 3; call += 1) {
      const { session, asked } = scriptedSession(honest)
      const { idempotencyKey } = await action.run(session)
      expect(asked[0]?.variables.input).toMatchObject({ idempotencyKey })
      expect(idempotencyKey).toMatch(/^[0-9a-f]{32}$/)
      keys.add(idempotencyKey)
    }
    expect(keys.size).toBe(3)
  })

  it('waits only until it is accepted if told so', async () => {
    const { session, asked } = scriptedSession(honest)
    await action.run(session, { wait: 'ACCEPTED' })
    expect(asked[1]?.variables.input).toMatchObject({ wait: 'ACCEPTED' })
  })

  it('throws the gateway’s errors instead of signing', async () => {
    const plan = { version: 'cd'.repeat(32) }
    const error = {
      __typename: 'PlanChanged',
      code: 'PLAN_CHANGED',
      message: 'Changed.',
      retryable: false,
      plan,
    }
    const { session, signed } = scriptedSession({
      Subscribe: () => ({ subscribe: { draft: null, errors: [error] } }),
    })
    const thrown = await caught(action.run(session))
    expect(thrown).toBeInstanceOf(UserErrorsError)
    expect(thrown).toMatchObject({
      code: 'PLAN_CHANGED',
      first: { __typename: 'PlanChanged', plan },
      transaction: null,
    })
    expect(signed).toEqual([])
  })

  it('throws where neither a draft nor an error came', async () => {
    const { session } = scriptedSession({ Subscribe: () => ({ subscribe: { draft: null, errors: [] } }) })
    expect(await caught(action.run(session))).toBeInstanceOf(ConnectionError)
  })

  it('sends no signature that the signer’s key did not make', async () => {
    const signer = { ...seedSigner(FAN_SEED), signDigest: seedSigner('12'.repeat(32)).signDigest }
    const { session, asked } = scriptedSession(honest, signer)
    expect(await caught(action.run(session))).toBeInstanceOf(SignerFaultError)
    expect(asked.map(({ operation }) => operation)).toEqual(['Subscribe'])
  })

  it('does not sign for a caller who has gone', async () => {
    const controller = new AbortController()
    const reason = new Error('gone')
    const { session, signed } = scriptedSession({
      Subscribe: (variables) => {
        controller.abort(reason)
        return honest.Subscribe?.(variables)
      },
    })
    expect(await caught(action.run(session, { signal: controller.signal }))).toBe(reason)
    expect(signed).toEqual([])
  })
})

describe('an answer to a submit', () => {
  it('must be about the transaction that was signed', async () => {
    const { session } = scriptedSession(
      submitting(() => ({
        transaction: { transactionId: 'ff'.repeat(32), status: 'COMMITTED' },
        replayed: false,
        errors: [],
      })),
    )
    const thrown = await caught(action.run(session))
    expect(thrown).toBeInstanceOf(TransactionMismatchError)
    expect(thrown).toMatchObject({ signedId: ID, answeredId: 'ff'.repeat(32) })
  })

  it('may be about an earlier signature of the same draft, when it says so', async () => {
    const earlier = { transactionId: 'ff'.repeat(32), status: 'COMMITTED' }
    const { session } = scriptedSession(
      submitting(() => ({ transaction: earlier, replayed: true, errors: [] })),
    )
    await expect(action.run(session)).resolves.toMatchObject({
      transactionId: earlier.transactionId,
      replayed: true,
    })
  })

  it('throws a refusal of the chain, with the transaction', async () => {
    const transaction = { transactionId: ID, status: 'REJECTED' }
    const error = {
      __typename: 'TransactionRejected',
      code: 'TRANSACTION_REJECTED',
      message: 'No.',
      retryable: false,
    }
    const { session } = scriptedSession(submitting(() => ({ transaction, replayed: false, errors: [error] })))
    const thrown = await caught(action.run(session))
    expect(thrown).toBeInstanceOf(UserErrorsError)
    expect(thrown).toMatchObject({ code: 'TRANSACTION_REJECTED', transaction })
  })

  it.each([
    ['no node answered', nodeUnavailable],
    ['nothing is in it', () => ({ transaction: null, replayed: false, errors: [] })],
  ])('is uncertain, never failed, where %s', async (_name, answer) => {
    const { session } = scriptedSession(submitting(answer))
    const thrown = await caught(action.run(session, { idempotencyKey: 'k' }))
    expect(thrown).toBeInstanceOf(TransactionUncertainError)
    expect(thrown).toMatchObject({ transactionId: ID, idempotencyKey: 'k', retryable: true })
  })

  it('is uncertain where the connection breaks, or the gateway fails', async () => {
    for (const failure of [new TypeError('fetch failed'), 'INTERNAL_SERVER_ERROR'] as const) {
      const { session } = scriptedSession(honest)
      const { fetch } = session.options
      session.options.fetch = async (url, init) => {
        if (!String(init?.body).includes('SubmitTransaction')) return fetch(url, init)
        if (failure instanceof Error) throw failure
        return Response.json({ errors: [{ message: 'x', extensions: { code: failure } }] }, { status: 500 })
      }
      const thrown = await caught(action.run(session, { idempotencyKey: 'k' }))
      expect(thrown).toBeInstanceOf(TransactionUncertainError)
      const cause = (thrown as Error).cause
      expect(cause).toBeInstanceOf(failure instanceof Error ? ConnectionError : GraphQLRequestError)
    }
  })

  it('may say that it is pending still, which is not paid', async () => {
    const { session } = scriptedSession(
      submitting((hex) => ({
        transaction: { ...committed(hex), status: 'PENDING' },
        replayed: false,
        errors: [],
      })),
    )
    await expect(action.run(session)).resolves.toMatchObject({ transaction: { status: 'PENDING' } })
  })
})

function nodeUnavailable() {
  const error = {
    __typename: 'NodeUnavailable',
    code: 'NODE_UNAVAILABLE',
    message: 'No node.',
    retryable: true,
  }
  return { transaction: null, replayed: false, errors: [error] }
}
