import type { Difference } from './differences.js'

/**
 * What no two chains have in common: the one list of values that are not compared, each with its reason. They still
 * have to look alike: `like` says how.
 */
export interface Volatile {
  /** As in differences.ts: `[]` any index, `*` any name, `**` anything. */
  path: string
  like: RegExp
  reason: string
  /** The requests that it is about, where not all. */
  of?: RegExp
}

const HASH = /^"[0-9a-f]{64}"$/
const ID = /^"CbU[1-9A-HJ-NP-Za-km-z]{50}"$/
const SECONDS = /^\d{10}$/
const NANOSECONDS = /^\d{19}$/
const BLOCK = /\/api\/v1(\/block)?$/
const SUBMIT = /submit-transaction$/
const REWARD = 'the reward at the head of a block has an extra nonce, so that its id is never the same'

export const VOLATILE: readonly Volatile[] = [
  { path: '**BlockHashHex', like: HASH, reason: 'a block hash covers the time, and the votes of validators' },
  { path: 'HashHex', like: HASH, reason: 'the same' },
  { path: 'Hash[]', like: /^\d{1,3}$/, reason: 'the same, byte by byte' },
  { path: 'DeSoStatus.Latest*Hash', like: HASH, reason: 'the same' },
  { path: 'Header.TransactionMerkleRootHex', like: HASH, reason: 'covers the id of the block reward' },
  { path: 'Header.TstampSecs', like: SECONDS, reason: 'when a block was made' },
  { path: 'Header.TstampNanoSecs', like: NANOSECONDS, reason: 'the same' },
  { path: '**BlockInfo.TimestampSecs', like: SECONDS, reason: 'the same' },
  { path: 'DeSoStatus.Latest*TstampSecs', like: SECONDS, reason: 'the same' },
  { path: 'Transactions[0].TransactionIDBase58Check', like: ID, reason: REWARD, of: BLOCK },
  { path: 'Transactions[0].TransactionHashHex', like: HASH, reason: REWARD, of: BLOCK },
  {
    path: 'Transactions[0].RawTransactionHex{}.metadata.bytes',
    like: /^"[0-9a-f]{18,22}"$/,
    reason: REWARD,
    of: BLOCK,
  },
  {
    path: 'Transactions[0].RawTxnMetadata.ExtraData',
    like: /^"[A-Za-z0-9+/]{11,15}=*"$/,
    reason: REWARD,
    of: BLOCK,
  },
  { path: 'TstampNanos', like: NANOSECONDS, reason: 'when a post was constructed', of: /submit-post$/ },
  { path: 'Transaction.TxnMeta.TimestampNanos', like: NANOSECONDS, reason: 'the same', of: /submit-post$/ },
  {
    path: 'TransactionHex{}.metadata.timestampNanos',
    like: NANOSECONDS,
    reason: 'the same',
    of: /submit-post$/,
  },
  { path: 'PostHashHex', like: HASH, reason: 'covers that time', of: /submit-post$/ },
  {
    path: 'PostEntryResponse.InMempool',
    like: /^(true|false)$/,
    reason: 'whether the next block was made before the answer',
    of: SUBMIT,
  },
  { path: 'body.length', like: /^\d{5}$/, reason: 'the same, as one word is longer', of: SUBMIT },
  {
    path: 'error',
    like: /paramUpdater: \(map[\s\S]*RuleErrorSubmitPostPostModificationNotAuthorized/,
    reason: 'Go dumps a map in random order',
    of: SUBMIT,
  },
  {
    path: 'BlockProductionIntervalMillisecondsPoS',
    like: /^\d+$/,
    reason: 'the pace of the recorded chain',
  },
]

/** The rule that allows a difference in the answer to a request, if one does. */
export function volatileRule({ path, recorded, here }: Difference, request: string): Volatile | undefined {
  return VOLATILE.find(
    (rule) =>
      (rule.of ?? /./).test(request) &&
      pathPattern(rule.path).test(path) &&
      rule.like.test(recorded) &&
      rule.like.test(here),
  )
}

const patterns = new Map<string, RegExp>()

/** A path of a list or table, as a pattern. */
export function pathPattern(path: string): RegExp {
  const known = patterns.get(path)
  if (known) return known
  const source = path
    .replace(/[.{}()+?^$|\\]/g, '\\$&')
    .replaceAll('[]', '\\[\\d+\\]')
    .replace(/\[(\d+)\]/g, '\\[$1\\]')
    .replace(/\*\*|\*/g, (stars) => (stars === '**' ? '.*' : '[^.[{]*'))
  const pattern = new RegExp(`^${source}$`)
  patterns.set(path, pattern)
  return pattern
}
