import type { Transaction } from '../../deso/transaction.js'
import { toHex } from '../go/hex.js'
import type { OtherFields } from '../wire/other-metadata.js'
import type { PostEntry } from './entries.js'
import type { Ledger } from './ledger.js'
import { RuleRefusal } from './rule-refusal.js'

/** Likes, and diamonds: transfers that say which post they praise (core lib/block_view_like.go, block_view.go). */
export const DIAMOND_LEVELS = 8
const LEVEL = 'DiamondLevel'
const POST = 'DiamondPostHash'

/** What a diamond of a level costs in all; level 0 is none. */
export function diamondNanos(level: number): bigint {
  return level === 0 ? 0n : 5000n * 10n ** BigInt(level)
}

export function connectLike(
  ledger: Ledger,
  { publicKey }: Transaction,
  { LikedPostHash, IsUnlike }: OtherFields<'LIKE'>,
): void {
  const hash = toHex(LikedPostHash)
  const post = ledger.post(hash)
  if (!post) throw new RuleRefusal(`_connectLike: Post hash: ${hash}: RuleErrorCannotLikeNonexistentPost`)
  const row = rowId(hash, toHex(publicKey))
  const isLiked = ledger.likes.has(row)
  if (isLiked !== IsUnlike) {
    const rule = IsUnlike ? 'RuleErrorCannotUnlikeWithoutAnExistingLike' : 'RuleErrorLikeEntryAlreadyExists'
    throw new RuleRefusal(`_connectLike: ${rule}`)
  }
  if (IsUnlike) ledger.likes.delete(row)
  else ledger.likes.set(row, true)
  ledger.putPost({ ...post, likeCount: post.likeCount + (IsUnlike ? -1 : 1) })
}

/** Of a transfer that has paid already: the recipient has to be the poster, and the level to be a higher one. */
export function connectDiamond(ledger: Ledger, transaction: Transaction): void {
  const hashBytes = transaction.extraData.get(POST)
  if (!hashBytes) return
  const refuse = (rule: string) => new RuleRefusal(`_connectBasicTransfer: ${rule}`)
  const level = levelOf(transaction.extraData.get(LEVEL))
  if (level === undefined) throw refuse('RuleErrorBasicTransferHasDiamondPostHashWithoutDiamondLevel')
  if (level < 1 || level > DIAMOND_LEVELS) throw refuse('RuleErrorBasicTransferHasInvalidDiamondLevel')
  const post = ledger.post(toHex(hashBytes))
  if (!post) throw refuse('RuleErrorBasicTransferDiamondPostEntryDoesNotExist')
  const giver = toHex(transaction.publicKey)
  if (giver === post.poster) throw refuse('RuleErrorBasicTransferDiamondCannotTransferToSelf')
  const before = diamondLevel(ledger, post, giver)
  if (level <= before) throw refuse('RuleErrorBasicTransferDiamondLevelTooLow')
  if (paidTo(transaction, post.poster) < diamondNanos(level) - diamondNanos(before)) {
    throw refuse('RuleErrorBasicTransferInsufficientDeSoForDiamondLevel')
  }
  ledger.diamonds.set(rowId(post.hash, giver), level)
  ledger.putPost({ ...post, diamondCount: post.diamondCount + level - before })
}

/** The diamond that an account gave to a post; 0: none. */
export function diamondLevel(ledger: Ledger, { hash }: PostEntry, giver: string): number {
  return ledger.diamonds.get(rowId(hash, giver)) ?? 0
}

export function isLikedBy(ledger: Ledger, { hash }: PostEntry, account: string): boolean {
  return ledger.likes.has(rowId(hash, account))
}

/** A zigzag number of one byte is enough for all levels. */
function levelOf(bytes: Uint8Array | undefined): number | undefined {
  const [first] = bytes ?? []
  return first === undefined ? undefined : first >> 1
}

function paidTo({ outputs }: Transaction, account: string): bigint {
  return outputs
    .filter(({ publicKey }) => toHex(publicKey) === account)
    .reduce((sum, { amountNanos }) => sum + amountNanos, 0n)
}

function rowId(hash: string, account: string): string {
  return `${hash}:${account}`
}
