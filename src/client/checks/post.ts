import { hexToBytes } from '@noble/hashes/utils.js'
import type { SubmitPost, TransactionMetadata } from '../../deso/transaction.js'
import { InvalidInputError } from '../../errors.js'
import { encodeText } from '../../protocol/bytes.js'
import { contentExtraData } from '../../protocol/content-post.js'
import { parseManifestCid } from '../../protocol/manifest.js'
import { parsePolicy } from '../../protocol/policy.js'
import { checkTitle } from '../../protocol/records.js'

/** What DeSo's own nodes write; without meaning by now. */
const CREATOR_BASIS_POINTS = 1_000n
const STAKE_MULTIPLE_BASIS_POINTS = 12_500n
/** Clocks differ, and a repeated call gets its first draft; feeds sort by the timestamp. */
const MAX_AHEAD_MS = 3_600_000
const MAX_AGE_MS = 7 * 86_400_000

export interface PostExpected {
  /** The post that is edited; null: a new one. */
  edits: string | null
  body: Uint8Array
  isHidden: boolean
  /** Milliseconds since the epoch. */
  now: number
}

/** A post with these parts; a recent timestamp is the gateway's to choose. */
export function expectedPost(
  drafted: TransactionMetadata,
  { edits, body, isHidden, now }: PostExpected,
): SubmitPost {
  const time = drafted.type === 'SUBMIT_POST' ? drafted.timestampNanos : 0n
  return {
    type: 'SUBMIT_POST',
    postHashToModify: hexToBytes(edits ?? ''),
    parentStakeId: new Uint8Array(),
    body,
    creatorBasisPoints: CREATOR_BASIS_POINTS,
    stakeMultipleBasisPoints: STAKE_MULTIPLE_BASIS_POINTS,
    timestampNanos: isRecent(time, now) ? time : BigInt(now) * 1_000_000n,
    isHidden,
  }
}

/** What the post says of the content. Throws InvalidInputError for a title or policy that does not hold. */
export function expectedFields({
  title,
  policy,
  manifestCid,
}: {
  title: string
  policy: string
  manifestCid: string
}): ReadonlyMap<string, Uint8Array> {
  checkTitle(title)
  const parsed = parsePolicy(policy)
  if (!parsed) throw new InvalidInputError('A policy is PUBLIC, or rules joined by commas.', ['policy'])
  const cid = parseManifestCid(manifestCid)
  // No manifest's CID: nothing that the bytes could say will do.
  if (!cid) return new Map([['DIGMANIFEST', encodeText('<the CID of a manifest>')]])
  return contentExtraData({ title, policy: parsed, manifestCid: cid })
}

function isRecent(timestampNanos: bigint, now: number): boolean {
  const ms = Number(timestampNanos / 1_000_000n)
  return ms >= now - MAX_AGE_MS && ms <= now + MAX_AHEAD_MS
}
