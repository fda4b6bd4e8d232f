import type { Transaction } from '../../deso/transaction.js'
import { fromHex, toHex } from '../go/hex.js'
import { keyTextBoth } from '../wire/base58-check.js'
import type { OtherFields } from '../wire/other-metadata.js'
import type { Ledger } from './ledger.js'
import { RuleRefusal } from './rule-refusal.js'

/** Following (core lib/block_view_follow.go, _connectFollow). Only who has a profile can be followed. */
export function connectFollow(
  ledger: Ledger,
  { publicKey }: Transaction,
  { FollowedPublicKey, IsUnfollow }: OtherFields<'FOLLOW'>,
): void {
  const [follower, followed] = [toHex(publicKey), toHex(FollowedPublicKey)]
  const refuse = (text: string) => new RuleRefusal(`_connectFollow: ${text}`)
  if (!ledger.profile(followed)) {
    throw refuse(`Profile pub key: ${keyTextBoth(followed)}: RuleErrorFollowingNonexistentProfile`)
  }
  const isFollowing = ledger.follows.has(follower, followed)
  const name = `Follow key: &{${goBytes(follower)} ${goBytes(followed)}}`
  if (IsUnfollow) {
    if (!isFollowing) throw refuse(`${name}: RuleErrorCannotUnfollowNonexistentFollowEntry`)
    ledger.follows.remove(follower, followed)
    return
  }
  if (isFollowing) throw refuse(`${name}: RuleErrorFollowEntryAlreadyExists`)
  ledger.follows.add(follower, followed)
}

/** As Go prints an array of bytes. */
function goBytes(hex: string): string {
  return `[${fromHex(hex).join(' ')}]`
}
