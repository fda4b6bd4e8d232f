import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeTransaction } from '../deso/codec.js'
import { signTransaction } from '../deso/signature.js'
import type { Transaction, TransactionMetadata } from '../deso/transaction.js'
import { DEV_BALANCE_NANOS, devAccounts } from './accounts.js'
import type { ChainRecord } from './chain-log.js'
import { fromHex } from './go/hex.js'
import { DEFAULT_PARAMS } from './ledger/params.js'
import { RuleRefusal } from './ledger/rule-refusal.js'
import { LocalChain } from './local-chain.js'
import { parseTransaction } from './wire/parse-transaction.js'

const START = 1_795_510_000_000_000_000n
const MINTS = devAccounts().map(({ account }) => ({ account, nanos: DEV_BALANCE_NANOS }))
const NO_APP = new Uint8Array(33)

function newChain(records: ChainRecord[] = []): LocalChain {
  const genesis = { timestampNanos: START, mints: MINTS, paysMiner: true }
  return new LocalChain(DEFAULT_PARAMS, genesis, (record) => records.push(record))
}

function key(index: number): Uint8Array {
  return fromHex(devAccounts()[index]?.account ?? '')
}

interface Parts {
  from?: number
  metadata?: TransactionMetadata
  pays?: bigint
  extraData?: Record<string, string>
  fee?: bigint
  partialId?: bigint
  expires?: bigint
}

function signed({
  from = 0,
  metadata,
  pays = 0n,
  extraData = {},
  fee = 1000n,
  partialId = 1n,
  expires = 1000n,
}: Parts): Transaction {
  const transaction: Transaction = {
    outputs: pays > 0n ? [{ publicKey: key(9), amountNanos: pays }] : [],
    metadata: metadata ?? { type: 'BASIC_TRANSFER' },
    publicKey: key(from),
    extraData: new Map(Object.entries(extraData).map(([name, value]) => [name, Buffer.from(value)])),
    signature: new Uint8Array(),
    version: 1n,
    feeNanos: fee,
    nonce: { expirationBlockHeight: expires, partialId },
  }
  return signTransaction(transaction, fromHex(devAccounts()[from]?.seedHex ?? ''))
}

/** The id, or what the node says instead. */
function submit(chain: LocalChain, parts: Parts): string {
  try {
    const { id, refusal } = chain.submit(parseTransaction(encodeTransaction(signed(parts))))
    return refusal ?? id
  } catch (error) {
    if (error instanceof RuleRefusal) return error.text
    throw error
  }
}

function association(type: string, value: string, target = 1): TransactionMetadata {
  return {
    type: 'CREATE_USER_ASSOCIATION',
    targetPublicKey: key(target),
    appPublicKey: NO_APP,
    associationType: Buffer.from(type),
    associationValue: Buffer.from(value),
  }
}

describe('the mempool', () => {
  test('lets a transaction of the same nonce and at least the same fee rate take the place of another', () => {
    const chain = newChain()
    const first = submit(chain, { pays: 5n })
    const second = submit(chain, { pays: 7n, fee: 2000n })
    expect(chain.mempool.get(first)).toBeUndefined()
    expect(chain.mempool.entries().map(({ id }) => id)).toEqual([second])
    expect(chain.ledger.balance(devAccounts()[9]?.account ?? '')).toBe(DEV_BALANCE_NANOS + 7n)
    expect(submit(chain, { pays: 9n, fee: 1500n })).toContain('MempoolFailedReplaceByHigherFee')
  })

  test('drops the replaced transaction even where its replacement cannot be paid', () => {
    const records: ChainRecord[] = []
    const chain = newChain(records)
    const first = submit(chain, { pays: 5n })
    expect(submit(chain, { pays: DEV_BALANCE_NANOS, fee: 2000n })).toContain('RuleErrorInsufficientBalance')
    expect(chain.mempool.size).toBe(0)
    expect(records.at(-1)).toEqual({ kind: 'drop', id: first })
  })

  test('a refusal for want of money is remembered, and the transaction mined all the same once it can be paid', () => {
    const chain = newChain()
    const parts = { from: 0, pays: DEV_BALANCE_NANOS }
    const refused = submit(chain, parts)
    expect(refused).toContain('RuleErrorInsufficientBalance')
    chain.mine(START + 1n, [{ account: devAccounts()[0]?.account ?? '', nanos: 1000n }])
    expect(chain.mempool.size).toBe(0)
    expect(submit(chain, parts)).toBe(refused)
    expect(chain.mempool.size).toBe(1)
    expect(chain.mine(START + 2n).transactions).toHaveLength(2)
    expect(submit(chain, parts)).toContain('RuleErrorReusedNonce')
  })

  test('refuses nonces that expire before the next block', () => {
    const chain = newChain()
    chain.mine(START + 1n)
    chain.mine(START + 2n)
    expect(submit(chain, { expires: 3n, partialId: 1n })).toMatch(/^[0-9a-f]{64}$/)
    expect(submit(chain, { expires: 2n, partialId: 2n })).toContain(': RuleErrorNonceExpired')
    expect(submit(chain, { expires: 1n, partialId: 3n })).toContain(': TxErrorNonceExpired')
  })

  test('drops what a block had no room for once its nonce has expired', () => {
    const chain = newChain()
    const big = (partialId: bigint) => ({ partialId, fee: 24_000n, extraData: { big: 'x'.repeat(23_000) } })
    const ids = [1n, 2n, 3n, 4n, 5n, 6n, 7n].map((partialId) =>
      submit(chain, { ...big(partialId), expires: 1n }),
    )
    expect(
      chain
        .mine(START + 1n)
        .transactions.slice(1)
        .map(({ id }) => id),
    ).toEqual(ids.slice(0, 6))
    expect(chain.mempool.size).toBe(0)
    expect(chain.mempool.refusalOf(ids[6] ?? '')).toContain('RuleErrorNonceExpired')
  })
})

describe('blocks', () => {
  test('hold every transaction once, are committed by their grandchild, and rise in time', () => {
    const chain = newChain()
    const id = submit(chain, { pays: 5n })
    const first = chain.mine(START)
    expect(first.transactions.map((transaction) => transaction.id)).toContain(id)
    expect(first.timestampNanos).toBe(START + 1n)
    expect(chain.committedTip.height).toBe(0)
    expect(chain.index.find(id, 10)).toBeUndefined()
    chain.mine(START)
    expect(chain.committedTip.height).toBe(0)
    chain.mine(START)
    expect(chain.committedTip).toEqual(first)
    expect(chain.index.find(id, 10)).toEqual({ height: 1, indexInBlock: 1 })
    expect(chain.hasUncommittedWork).toBe(false)
  })

  test('begin with a block reward whose id is never the same', () => {
    const chain = newChain()
    const ids = [1n, 2n, 3n].map((step) => chain.mine(START + step).transactions[0]?.id)
    expect(new Set(ids).size).toBe(3)
  })

  test('have a hash that covers parent, height, time and transactions', () => {
    const one = newChain()
    const other = newChain()
    expect(one.mine(START + 5n).hash).toBe(other.mine(START + 5n).hash)
    submit(one, { pays: 1n })
    submit(other, { pays: 2n })
    expect(one.mine(START + 6n).hash).not.toBe(other.mine(START + 6n).hash)
    expect(newChain().mine(START + 7n).hash).not.toBe(newChain().mine(START + 8n).hash)
  })
})

describe('associations', () => {
  test('of the same users, type and value replace each other; old keys stay, empty values stay empty', () => {
    const chain = newChain()
    const first = submit(chain, { metadata: association('DIG:PLAN', 'gold'), extraData: { A: '1', B: '2' } })
    chain.mine(START + 1n)
    const second = submit(chain, {
      metadata: association('dig:plan', 'gold'),
      extraData: { B: '', C: '3' },
      partialId: 2n,
    })
    expect(chain.ledger.userAssociations.get(first)).toBeUndefined()
    expect(chain.ledger.userAssociations.get(second)).toMatchObject({ type: 'dig:plan', blockHeight: 2 })
    const entries = [...(chain.ledger.userAssociations.get(second)?.extraData ?? [])]
    expect(entries.map(([name, value]) => [name, Buffer.from(value).toString()])).toEqual([
      ['A', '1'],
      ['B', ''],
      ['C', '3'],
    ])
  })

  test('their height is that of the block that takes them', () => {
    const chain = newChain()
    const ids = ['a', 'b'].map((value, index) =>
      submit(chain, { metadata: association('T', value), partialId: BigInt(index) }),
    )
    expect(ids.map((id) => chain.ledger.userAssociations.get(id)?.blockHeight)).toEqual([1, 1])
    chain.mine(START + 1n)
    const late = submit(chain, { metadata: association('T', 'c'), partialId: 9n })
    expect(chain.ledger.userAssociations.get(late)?.blockHeight).toBe(2)
  })
})

test('other transaction types are refused by a name of their own', () => {
  const chain = newChain()
  const metadata = { type: 'OPAQUE', typeNumber: 4n, bytes: new Uint8Array(33) } as const
  expect(submit(chain, { metadata })).toBe(
    'ConnectTransaction: : PRIVATE_MESSAGE is not supported by the local chain: RuleErrorTxnTypeNotOnLocalChain',
  )
})

test('whatever happens, replaying the records gives the same chain and ledger', () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('submit' as const), parts: arbitraryParts() }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('mine' as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constantFrom('hold', 'reorg'), isOn: fc.boolean() }),
    },
  )
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), (steps) => {
      const records: ChainRecord[] = []
      const chain = newChain(records)
      for (const [index, { kind, ...rest }] of steps.entries()) {
        if ('parts' in rest) submit(chain, rest.parts)
        else if ('isOn' in rest) {
          if (kind === 'hold') chain.holdCommits(rest.isOn)
          else chain.reorganise({ isLost: rest.isOn })
        } else
          chain.mine(START + BigInt(index) * 1_000_000n, [
            { account: devAccounts()[3]?.account ?? '', nanos: 5n },
          ])
      }
      const again = newChain()
      for (const record of JSON.parse(JSON.stringify(records)) as ChainRecord[]) again.replay(record)
      expect([again.tip, again.committedTip]).toEqual([chain.tip, chain.committedTip])
      expect(again.mempool.entries()).toEqual(chain.mempool.entries())
      expect(again.ledger.dump()).toEqual(chain.ledger.dump())
      // What the mempool did can be taken back: a block later all is there, once.
      chain.mine(START + 10n ** 15n)
      again.mine(START + 10n ** 15n)
      expect(again.ledger.dump()).toEqual(chain.ledger.dump())
    }),
    { numRuns: 20 },
  )
})

function arbitraryParts(): fc.Arbitrary<Parts> {
  const text = (length: number) => fc.string({ minLength: 1, maxLength: length, unit: 'grapheme-ascii' })
  return fc.record({
    from: fc.constantFrom(0, 1),
    pays: fc.constantFrom(0n, 5n, DEV_BALANCE_NANOS / 2n),
    fee: fc.constantFrom(10n, 900n, 1000n, 2000n),
    partialId: fc.bigInt(0n, 6n),
    extraData: fc.constantFrom<Record<string, string>>({}, { A: '1' }, { A: '', B: '2' }),
    metadata: fc.oneof(
      fc.constant<TransactionMetadata>({ type: 'BASIC_TRANSFER' }),
      fc
        .tuple(fc.constantFrom('T', 't', 'DESO'), fc.constantFrom('v', 'w'))
        .map(([t, v]) => association(t, v)),
      text(8).map<TransactionMetadata>((name) => ({
        type: 'UPDATE_PROFILE',
        profilePublicKey: new Uint8Array(),
        newUsername: Buffer.from(name),
        newDescription: Buffer.from('d'),
        newProfilePic: new Uint8Array(),
        newCreatorBasisPoints: 100n,
        newStakeMultipleBasisPoints: 12_500n,
        isHidden: false,
      })),
      text(8).map<TransactionMetadata>((body) => ({
        type: 'SUBMIT_POST',
        postHashToModify: new Uint8Array(),
        parentStakeId: new Uint8Array(),
        body: Buffer.from(JSON.stringify({ Body: body })),
        creatorBasisPoints: 1000n,
        stakeMultipleBasisPoints: 12_500n,
        timestampNanos: 5n,
        isHidden: false,
      })),
    ),
  })
}
