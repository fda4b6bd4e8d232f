import { bytesToHex } from '@noble/hashes/utils.js'
import { merkleRootOf } from '../../src/deso/merkle-root.js'
import { sha256d } from '../../src/deso/signature.js'
import type { Lie } from './node-proxy.js'
import type { Json } from './world.js'

/** What a node may say that is not so: each alone, and as smoothly as it can be told. */

const TIP = '/api/v0/get-committed-tip-block-info'
const QUERY = '/api/v0/user-associations/query'
const BLOCK = '/api/v1/block'
const NOBODYS_HASH = 'f'.repeat(64)

function ofEntries(change: (entry: Json) => Json | null): Lie {
  return ({ path, answer }) => {
    if (path !== QUERY || !answer.Associations) return
    answer.Associations = answer.Associations.map(change).filter((entry: Json) => entry !== null)
  }
}

function ofBlocks(change: (block: Json) => void): Lie {
  return ({ path, answer }) => {
    if (path === BLOCK && answer.Header) change(answer)
  }
}

function ofTips(change: (tip: Json) => void): Lie {
  return ({ path, answer }) => {
    if (path === TIP && answer.HashHex) change(answer)
  }
}

const rootOf = (transactions: Json[]) =>
  bytesToHex(merkleRootOf(transactions.map((each) => sha256d(Buffer.from(each.RawTransactionHex, 'hex')))))

export const hidesEntries = ofEntries(() => null)

export const LIES: readonly [name: string, lie: Lie][] = [
  ['hides entries', hidesEntries],
  ['shows entries of other ids', ofEntries((entry) => ({ ...entry, AssociationID: NOBODYS_HASH }))],
  [
    'shows entries at lower heights',
    ofEntries((entry) => ({ ...entry, BlockHeight: entry.BlockHeight - 1 })),
  ],
  [
    'shows entries as not committed',
    ofEntries((entry) => ({ ...entry, BlockHeight: entry.BlockHeight + 900 })),
  ],
  [
    'shows entries with other ExtraData',
    ofEntries((entry) => ({
      ...entry,
      ExtraData: { ...entry.ExtraData, PREV: `1:${NOBODYS_HASH}`, PRICENANOS: '1', PERIODS: '1200' },
    })),
  ],
  [
    'has a tip ahead of the others',
    ofTips((tip) => {
      tip.Height += 1_000
    }),
  ],
  [
    'has a tip ahead, of a block that nobody has',
    ofTips((tip) => {
      tip.Height += 1_000
      tip.HashHex = NOBODYS_HASH
    }),
  ],
  [
    'has a tip that stands at the beginning',
    ofTips((tip) => {
      tip.Height = 1
    }),
  ],
  [
    'leaves transactions out of blocks',
    ofBlocks((block) => {
      block.Transactions &&= block.Transactions.slice(0, 1)
    }),
  ],
  [
    'changes a byte of transactions',
    ofBlocks((block) => {
      for (const each of block.Transactions ?? []) {
        each.RawTransactionHex = each.RawTransactionHex.replace(/..$/, '7f')
      }
    }),
  ],
  [
    'leaves transactions out, and makes the header fit',
    ofBlocks((block) => {
      if (!block.Transactions) return
      block.Transactions = block.Transactions.slice(0, 1)
      block.Header.TransactionMerkleRootHex = rootOf(block.Transactions)
    }),
  ],
  [
    'dates blocks a year later',
    ofBlocks((block) => {
      block.Header.TstampNanoSecs = BigInt(block.Header.TstampNanoSecs) + 31_536_000_000_000_000n
    }),
  ],
  [
    'has blocks of other hashes',
    ofBlocks((block) => {
      block.Header.BlockHashHex = NOBODYS_HASH
    }),
  ],
]

/** Shows instead of an entry another of the same key, as it once was. */
export function showsInstead(entry: Json): Lie {
  return ofEntries((each) => {
    const isSameKey =
      each.TransactorPublicKeyBase58Check === entry.TransactorPublicKeyBase58Check &&
      each.TargetUserPublicKeyBase58Check === entry.TargetUserPublicKeyBase58Check &&
      each.AssociationType === entry.AssociationType &&
      each.AssociationValue === entry.AssociationValue
    return isSameKey ? entry : each
  })
}

/** Invents a record where there is none, and the block that holds it. */
export function invents(entry: Json, rawTransactionHex: string): Lie {
  return (passing) => {
    const { path, question, answer } = passing
    if (path === QUERY && question.TransactorPublicKeyBase58Check === entry.TransactorPublicKeyBase58Check) {
      answer.Associations = [entry]
    }
    if (path !== BLOCK || answer.Header?.Height !== entry.BlockHeight) return
    const transactions = [...(answer.Transactions ?? []), { RawTransactionHex: rawTransactionHex }]
    if (!answer.Transactions) return
    answer.Transactions = transactions
    answer.Header.TransactionMerkleRootHex = rootOf(transactions)
  }
}
