import { hexToBytes } from '@noble/hashes/utils.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  actionNamed,
  CLIENT_ACTIONS,
  type ClientAction,
  CREATOR_KEY,
  hexOf,
  MANIFEST,
  PLAN_VERSION,
  RECORDS,
} from '../../test/support/client-actions.js'
import { FAN_SEED, scriptedSession } from '../../test/support/scripted-session.js'
import { tamperings } from '../../test/support/tampering.js'
import { decodeTransaction, withSignature } from '../deso/codec.js'
import type { Transaction } from '../deso/transaction.js'
import { encodeText } from '../protocol/bytes.js'
import { closePlan } from './actions/close-plan.js'
import { createPlan } from './actions/create-plan.js'
import { updateProfile } from './actions/update-profile.js'
import { DraftRefusedError } from './errors.js'
import type { ActionOptions, Executed } from './execute.js'
import { seedSigner } from './signer.js'

const fanKey = seedSigner(FAN_SEED).publicKey('testnet')

/** Runs an action against a gateway that drafts these bytes. */
async function attempt(action: ClientAction, unsignedHex: string, options?: ActionOptions) {
  const { session, signed, asked } = scriptedSession(action.script(unsignedHex))
  const result: Executed | Error = await action.run(session, options).catch((error: Error) => error)
  return { result, signed, operations: asked.map(({ operation }) => operation) }
}

async function expectRefused(action: ClientAction, unsignedHex: string, options?: ActionOptions) {
  const { result, signed, operations } = await attempt(action, unsignedHex, options)
  expect(result).toBeInstanceOf(DraftRefusedError)
  expect(signed).toEqual([])
  expect(operations).not.toContain('SubmitTransaction')
  return result as DraftRefusedError
}

function withExtra(transaction: Transaction, key: string, text: string): Transaction {
  return { ...transaction, extraData: new Map([...transaction.extraData, [key, encodeText(text)]]) }
}

describe.each(CLIENT_ACTIONS)('a draft for $name', (action) => {
  const { draft } = action

  it('is signed and submitted, to the byte, if it is what was asked for', async () => {
    const { result, signed, operations } = await attempt(action, hexOf(draft))
    expect(result).toMatchObject({ transaction: { status: 'COMMITTED' }, replayed: false })
    expect(signed).toHaveLength(1)
    expect(operations.at(-1)).toBe('SubmitTransaction')
  })

  it.each(tamperings(draft))('is not signed with $part changed', async ({ transaction }) => {
    await expectRefused(action, hexOf(transaction))
  })

  it('may have any nonce, which is the gateway’s to choose', async () => {
    const { result } = await attempt(
      action,
      hexOf({ ...draft, nonce: { expirationBlockHeight: 9n, partialId: 0n } }),
    )
    expect(result).toMatchObject({ transaction: { status: 'COMMITTED' } })
  })

  it('is not signed with a fee above ten times the common one', async () => {
    const cap = (BigInt(hexOf(draft).length / 2 + 74) * 10_000n) / 1_000n
    const { result } = await attempt(action, hexOf({ ...draft, feeNanos: cap }))
    expect(result).toMatchObject({ transaction: { status: 'COMMITTED' } })
    const refused = await expectRefused(action, hexOf({ ...draft, feeNanos: cap + 1n }))
    expect(refused.differences).toEqual([`the fee is ${cap + 1n} nanos, above the ${cap} that are allowed`])
  })

  it('is not signed with a fee above the caller’s own limit', async () => {
    await expectRefused(action, hexOf(draft), { maxFeeNanos: 299n })
    expect((await attempt(action, hexOf(draft), { maxFeeNanos: 300n })).result).not.toBeInstanceOf(Error)
  })

  it('is not signed if any bit of it is another, but in the values that only the gateway knows', async () => {
    const bytes = hexToBytes(hexOf(draft))
    const flip = fc.tuple(fc.nat(bytes.length - 1), fc.nat(7))
    await fc.assert(
      fc.asyncProperty(flip, async ([at, bit]) => {
        const changed = bytes.with(at, (bytes[at] ?? 0) ^ (1 << bit))
        const { result, signed } = await attempt(action, Buffer.from(changed).toString('hex'))
        if (result instanceof Error) {
          expect(result).toBeInstanceOf(DraftRefusedError)
          expect(signed).toEqual([])
        } else {
          expect(withoutFreeValues(decodeTransaction(changed))).toEqual(withoutFreeValues(draft))
        }
      }),
      { numRuns: 150 },
    )
  })

  it('is refused in words if the bytes are no transaction', async () => {
    for (const hex of ['', 'zz', 'abc', `${hexOf(draft)}00`, hexOf(draft).slice(0, -2)]) {
      expect((await expectRefused(action, hex)).does).toBe('no canonical DeSo transaction')
    }
  })

  it('is refused if it is signed already', async () => {
    const signed = withSignature(hexToBytes(hexOf(draft)), new Uint8Array(70).fill(0x30))
    await expectRefused(action, Buffer.from(signed).toString('hex'))
  })
})

/** Nonce, fee, the reference to the record before, the height of a reference, and moments of a timestamp. */
function withoutFreeValues(transaction: Transaction) {
  const { extraData, metadata } = transaction
  const texts = Object.fromEntries(
    [...extraData].map(([key, value]) => [key, Buffer.from(value).toString('latin1')]),
  )
  const { PREV, PLAN, ...rest } = texts
  return {
    ...transaction,
    nonce: null,
    feeNanos: null,
    metadata: { ...metadata, timestampNanos: null },
    extraData: {
      ...rest,
      PREV: PREV === undefined ? undefined : /^\d+:[0-9a-f]{64}$/.test(PREV),
      PLAN: PLAN?.replace(/^\d+:/, ''),
    },
  }
}

describe('what only the gateway knows', () => {
  it('is at which height the plan’s version stands, and which record is renewed', async () => {
    const action = actionNamed('subscribe')
    for (const [key, text] of [
      ['PLAN', `123456:${PLAN_VERSION}`],
      ['PREV', ''],
      ['PREV', `1:${'01'.repeat(32)}`],
    ] as const) {
      const { result } = await attempt(action, hexOf(withExtra(action.draft, key, text)))
      expect(result).toMatchObject({ transaction: { status: 'COMMITTED' } })
    }
  })

  it('is never which version of the plan is bought', async () => {
    const action = actionNamed('subscribe')
    for (const text of ['', PLAN_VERSION, `05:${PLAN_VERSION}`, `5:${'cd'.repeat(32)}`]) {
      const { differences } = await expectRefused(action, hexOf(withExtra(action.draft, 'PLAN', text)))
      expect(differences).toEqual([
        `ExtraData "PLAN" is ${JSON.stringify(text)}, not "<height>:${PLAN_VERSION}"`,
      ])
    }
  })

  it('is any of the subscription’s own records, and no other, to delete', async () => {
    const action = actionNamed('unsubscribe')
    const deleting = (id: string): Transaction => ({
      ...action.draft,
      metadata: { type: 'DELETE_USER_ASSOCIATION', associationId: hexToBytes(id) },
    })
    expect((await attempt(action, hexOf(deleting(RECORDS[1] ?? '')))).result).not.toBeInstanceOf(Error)
    await expectRefused(action, hexOf(deleting('c3'.repeat(32))))
  })

  it('is the post’s time, within an hour ahead and a week behind', async () => {
    const action = actionNamed('publishContent')
    const { metadata } = action.draft
    if (metadata.type !== 'SUBMIT_POST') throw new Error('not a post')
    const moved = (seconds: number) =>
      hexOf({
        ...action.draft,
        metadata: { ...metadata, timestampNanos: metadata.timestampNanos + BigInt(seconds) * 1_000_000_000n },
      })
    for (const seconds of [3_500, -600_000]) {
      expect((await attempt(action, moved(seconds))).result).not.toBeInstanceOf(Error)
    }
    for (const seconds of [3_700, -608_400]) await expectRefused(action, moved(seconds))
  })

  it('is which version a plan replaces, unless the caller says', async () => {
    const action = actionNamed('createPlan')
    const terms = { slug: 'gold', title: 'Gold', priceNanos: 1_500_000_000n, periodSeconds: 2_592_000 }
    const draftWith = (prev: string) => action.script(hexOf(withExtra(action.draft, 'PREV', prev)))
    const replaces = 'aa'.repeat(32)
    const good = scriptedSession(draftWith(`8:${replaces}`))
    await expect(createPlan(good.session, { ...terms, replaces })).resolves.toMatchObject({ replayed: false })
    const bad = scriptedSession(draftWith(`8:${'bb'.repeat(32)}`))
    await expect(createPlan(bad.session, { ...terms, replaces })).rejects.toBeInstanceOf(DraftRefusedError)
    expect(bad.signed).toEqual([])
  })
})

describe('a refusal', () => {
  it('says what was asked for, what the bytes do, and where they part', async () => {
    const action = actionNamed('subscribe')
    const [output] = action.draft.outputs
    if (!output) throw new Error('no output')
    const raised = { ...action.draft, outputs: [{ ...output, amountNanos: 45_000_000_000n }] }
    const { asked, does, differences, code, retryable, message } = await expectRefused(action, hexOf(raised))
    expect({ asked, does, differences, code, retryable }).toEqual({
      asked: `pay 4.5 DESO to ${CREATOR_KEY} for 3 of the plan gold, version ${PLAN_VERSION}`,
      does: `CREATE_USER_ASSOCIATION by ${fanKey}, paying 45 DESO to ${CREATOR_KEY}, and a fee of 300 nanos`,
      differences: [`outputs.0 is 45 DESO to ${CREATOR_KEY}, not 4.5 DESO to ${CREATOR_KEY}`],
      code: 'DRAFT_REFUSED',
      retryable: false,
    })
    expect(message).toBe(
      [
        'The draft is not what was asked for, and was not signed.',
        `Asked for: ${asked}`,
        `The bytes: ${does}`,
        `  - ${differences[0]}`,
      ].join('\n'),
    )
  })

  it('names parts that are there and should not be, and parts that are missing', async () => {
    const action = actionNamed('publishContent')
    const { extraData } = action.draft
    const changed = new Map([...extraData, ['NODE', encodeText('1')]])
    changed.delete('DIGV')
    const { differences } = await expectRefused(action, hexOf({ ...action.draft, extraData: changed }))
    expect(differences).toEqual([
      'ExtraData "NODE" is "1", not wanted at all',
      'ExtraData "DIGV" is missing, not "1"',
    ])
  })
})

describe('a profile', () => {
  it('keeps the creator’s share that the caller states, and no other', async () => {
    const action = actionNamed('updateProfile')
    const { metadata } = action.draft
    if (metadata.type !== 'UPDATE_PROFILE') throw new Error('not a profile')
    const script = action.script(
      hexOf({ ...action.draft, metadata: { ...metadata, newCreatorBasisPoints: 1_000n, isHidden: true } }),
    )
    const change = { username: 'river', description: 'Films' }
    const unasked = scriptedSession(script)
    await expect(updateProfile(unasked.session, change)).rejects.toBeInstanceOf(DraftRefusedError)
    expect(unasked.signed).toEqual([])
    const stated = { ...change, creatorBasisPoints: 1_000, isHidden: true }
    await expect(updateProfile(scriptedSession(script).session, stated)).resolves.toMatchObject({
      replayed: false,
    })
  })
})

describe('a manifest', () => {
  it('must be the one that the gateway answered beside the draft', async () => {
    const action = actionNamed('publishContent')
    const { session, signed } = scriptedSession({
      ...action.script(''),
      PublishContent: () => ({
        publishContent: {
          draft: { unsignedHex: hexOf(action.draft) },
          manifestCid: MANIFEST.replace('372i', '372a'),
          files: [],
          errors: [],
        },
      }),
    })
    await expect(action.run(session)).rejects.toBeInstanceOf(DraftRefusedError)
    expect(signed).toEqual([])
  })

  it('must be a manifest’s CID at all', async () => {
    const action = actionNamed('publishContent')
    for (const manifestCid of [null, '', 'bafybeihqobhvautkmrtgrcy5uzvkmnghppf35y7s3x6kzd37i2jexsqb44']) {
      const { session, signed } = scriptedSession({
        ...action.script(''),
        PublishContent: () => ({
          publishContent: {
            draft: { unsignedHex: hexOf(withExtra(action.draft, 'DIGMANIFEST', manifestCid ?? '')) },
            manifestCid,
            files: [],
            errors: [],
          },
        }),
      })
      await expect(action.run(session)).rejects.toBeInstanceOf(DraftRefusedError)
      expect(signed).toEqual([])
    }
  })
})

describe('closing a plan', () => {
  it('closes no other version than the one that its creator saw', async () => {
    const action = actionNamed('closePlan')
    const seen = {
      slug: 'gold',
      title: 'Gold',
      price: { nanos: '1500000000' },
      periodSeconds: 2_592_000,
      version: 'aa'.repeat(32),
    }
    const { session, signed } = scriptedSession(action.script(hexOf(action.draft)))
    await expect(closePlan(session, { plan: seen })).rejects.toBeInstanceOf(DraftRefusedError)
    expect(signed).toEqual([])
  })
})
