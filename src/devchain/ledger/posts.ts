import type { SubmitPost, Transaction } from '../../deso/transaction.js'
import { toHex } from '../go/hex.js'
import { decodeKey, keyTextBoth } from '../wire/base58-check.js'
import type { ExtraData, PostEntry } from './entries.js'
import type { Ledger } from './ledger.js'
import { PARAM_UPDATER_KEYS } from './param-updaters.js'
import { MAX_CREATOR_BASIS_POINTS, MAX_STAKE_MULTIPLE, MIN_STAKE_MULTIPLE } from './params.js'
import { RuleRefusal } from './rule-refusal.js'

/** Posts (core lib/block_view_post.go, _connectSubmitPost): new ones, edits, hiding, comments, reposts. */
interface ConsensusFields {
  isQuotedRepost: boolean
  repostedHash: string | null
  isFrozen: boolean
  /** What is left of ExtraData: the post's own. */
  extraData: ExtraData
}

const HASH_BYTES = 32
const KEY_BYTES = 33

export function connectPost(
  ledger: Ledger,
  transaction: Transaction,
  metadata: SubmitPost,
  at: { id: string; height: number },
): void {
  const fields = splitExtraData(transaction.extraData)
  if (metadata.postHashToModify.length > 0) editPost(ledger, transaction, metadata, fields)
  else createPost(ledger, transaction, metadata, fields, at)
}

/** Some keys of ExtraData are the chain's and do not show on the post. */
function splitExtraData(extraData: ExtraData): ConsensusFields {
  const rest = new Map(extraData)
  const take = (key: string) => {
    const value = rest.get(key)
    rest.delete(key)
    return value
  }
  const quoted = take('IsQuotedReclout')
  const reposted = take('RecloutedPostHash')
  const frozen = take('IsFrozen')
  return {
    isQuotedRepost: isOne(quoted),
    repostedHash: reposted === undefined ? null : toHex(reposted).slice(0, 64).padEnd(64, '0'),
    isFrozen: isOne(frozen),
    extraData: rest,
  }
}

function isOne(value: Uint8Array | undefined): boolean {
  return value?.length === 1 && value[0] === 1
}

function createPost(
  ledger: Ledger,
  transaction: Transaction,
  metadata: SubmitPost,
  fields: ConsensusFields,
  { id, height }: { id: string; height: number },
): void {
  assertNewPost(metadata)
  const reposted = fields.repostedHash === null ? undefined : repostable(ledger, fields.repostedHash)
  const post: PostEntry = {
    hash: id,
    poster: toHex(transaction.publicKey),
    parentStakeId: metadata.parentStakeId,
    body: metadata.body,
    ...fields,
    creatorBasisPoints: metadata.creatorBasisPoints,
    stakeMultipleBasisPoints: metadata.stakeMultipleBasisPoints,
    timestampNanos: metadata.timestampNanos,
    // A new post is never hidden, whatever it says.
    isHidden: false,
    confirmationHeight: height,
    commentCount: 0,
    repostCount: 0,
    quoteRepostCount: 0,
    likeCount: 0,
    diamondCount: 0,
  }
  const ancestors = ancestorsOf(ledger, post)
  ledger.putPost(post)
  for (const ancestor of ancestors) countComments(ledger, ancestor, 1)
  if (reposted) countRepost(ledger, reposted, fields.isQuotedRepost, 1)
}

function assertNewPost(metadata: SubmitPost): void {
  const { stakeMultipleBasisPoints: stake, creatorBasisPoints, timestampNanos, parentStakeId } = metadata
  const refuse = (text: string) => new RuleRefusal(`_connectSubmitPost: ${text}`)
  if (stake < MIN_STAKE_MULTIPLE || stake > MAX_STAKE_MULTIPLE) {
    throw refuse(`Invalid StakeMultipleSize: ${stake}: RuleErrorSubmitPostStakeMultipleSize`)
  }
  if (creatorBasisPoints > MAX_CREATOR_BASIS_POINTS) {
    throw refuse(
      `Invalid CreatorPercentageSize: ${creatorBasisPoints}: RuleErrorSubmitPostCreatorPercentageSize`,
    )
  }
  if (timestampNanos === 0n) throw refuse('Invalid Timestamp: 0: RuleErrorSubmitPostTimestampIsZero')
  if (![0, HASH_BYTES, KEY_BYTES].includes(parentStakeId.length)) {
    throw refuse(
      `Parent stake ID length ${parentStakeId.length} must be either 0 or ${HASH_BYTES} or ${KEY_BYTES}: RuleErrorSubmitPostInvalidParentStakeIDLength`,
    )
  }
}

function repostable(ledger: Ledger, hash: string): PostEntry {
  const post = ledger.post(hash)
  if (!post) throw new RuleRefusal('RuleErrorSubmitPostRepostPostNotFound')
  if (isVanillaRepost(post)) throw new RuleRefusal('RuleErrorSubmitPostRepostOfRepost')
  return post
}

/** A repost without words of its own. */
export function isVanillaRepost(post: PostEntry): boolean {
  return !post.isQuotedRepost && post.repostedHash !== null
}

function editPost(
  ledger: Ledger,
  transaction: Transaction,
  metadata: SubmitPost,
  fields: ConsensusFields,
): void {
  const before = editable(ledger, transaction, metadata, fields)
  const after: PostEntry = {
    ...before,
    body: metadata.body.length > 0 ? metadata.body : before.body,
    extraData: editExtraData(before.extraData, fields.extraData),
    isHidden: metadata.isHidden,
    isFrozen: fields.isFrozen,
  }
  const ancestors = ancestorsOf(ledger, after)
  ledger.putPost(after)
  if (before.isHidden === after.isHidden) return
  const sign = after.isHidden ? -1 : 1
  for (const ancestor of ancestors) countComments(ledger, ancestor, sign * (1 + before.commentCount))
  const reposted = after.repostedHash === null ? undefined : ledger.post(after.repostedHash)
  if (reposted) countRepost(ledger, reposted, after.isQuotedRepost, sign)
}

function editable(
  ledger: Ledger,
  transaction: Transaction,
  { postHashToModify }: SubmitPost,
  { repostedHash, isQuotedRepost }: ConsensusFields,
): PostEntry {
  const hash = toHex(postHashToModify)
  const refuse = (text: string) => new RuleRefusal(`_connectSubmitPost: ${text}`)
  if (postHashToModify.length !== HASH_BYTES) {
    throw refuse(`Bad post hash: ${hash}: RuleErrorSubmitPostInvalidPostHashToModify`)
  }
  const post = ledger.post(hash)
  if (!post) throw refuse(`Post hash: ${hash}: RuleErrorSubmitPostModifyingNonexistentPost`)
  const editor = toHex(transaction.publicKey)
  if (editor !== post.poster) {
    throw refuse(
      `Post hash: ${hash}, poster public key: ${keyTextBoth(post.poster)}, txn public key: ${keyTextBoth(editor)}, paramUpdater: ${dumpParamUpdaters()}: RuleErrorSubmitPostPostModificationNotAuthorized`,
    )
  }
  if (post.isFrozen) throw refuse(': RuleErrorSubmitPostModifyingFrozenPost')
  if (repostedHash !== post.repostedHash) {
    throw refuse('cannot update reposted post hash when updating a post: RuleErrorSubmitPostUpdateRepostHash')
  }
  if (isQuotedRepost !== post.isQuotedRepost) {
    throw refuse(
      'cannot update isQuotedRepost attribute of post when updating a post: RuleErrorSubmitPostUpdateIsQuotedRepost',
    )
  }
  return post
}

/** A node dumps a Go map here, in random order. */
function dumpParamUpdaters(): string {
  const rows = PARAM_UPDATER_KEYS.map(
    (key) => ` (lib.PkMapKey) (len=33 cap=33) ${keyTextBoth(decodeKey(key))}: (bool) true`,
  )
  return `(map[lib.PkMapKey]bool) (len=${rows.length}) {\n${rows.join(',\n')}\n}\n`
}

/** An empty value deletes its key. */
function editExtraData(before: ExtraData, now: ExtraData): ExtraData {
  const merged = new Map(before)
  for (const [key, value] of now) {
    if (value.length > 0) merged.set(key, value)
    else merged.delete(key)
  }
  return merged
}

/** The post that is commented on, and the one above it. */
function ancestorsOf(ledger: Ledger, post: PostEntry): PostEntry[] {
  const parent = parentOf(ledger, post, post)
  const grandparent = parent && parentOf(ledger, parent, post)
  return [parent, grandparent].filter((ancestor) => ancestor !== undefined)
}

function parentOf(ledger: Ledger, { parentStakeId }: PostEntry, post: PostEntry): PostEntry | undefined {
  if (parentStakeId.length !== HASH_BYTES) return undefined
  const hash = toHex(parentStakeId)
  const parent = ledger.post(hash)
  if (parent) return parent
  throw new RuleRefusal(
    `_connectSubmitPost: error with _getParentAndGrandparentPostEntry: ${post.hash}: _getParentAndGrandparentPostEntry: failed to find parent post for post hash: ${post.hash}, parentStakeId: ${hash}: RuleErrorSubmitPostParentNotFound`,
  )
}

function countComments(ledger: Ledger, { hash }: PostEntry, change: number): void {
  const post = ledger.post(hash)
  if (post) ledger.putPost({ ...post, commentCount: Math.max(0, post.commentCount + change) })
}

function countRepost(ledger: Ledger, { hash }: PostEntry, isQuote: boolean, change: number): void {
  const post = ledger.post(hash)
  if (!post) return
  const field = isQuote ? 'quoteRepostCount' : 'repostCount'
  ledger.putPost({ ...post, [field]: Math.max(0, post[field] + change) })
}
