import { InvalidInputError } from '../../errors.js'
import { encodeText } from '../../protocol/bytes.js'
import { contentBody, contentExtraData } from '../../protocol/content-post.js'
import { parseManifestCid } from '../../protocol/manifest.js'
import { parsePolicy } from '../../protocol/policy.js'
import { checkTitle } from '../../protocol/records.js'
import type { Expectation } from '../check-draft.js'

export interface ContentAnnouncement {
  title: string
  teaser: string
  policy: string
  /** As the gateway answered it beside the draft. */
  manifestCid: string
  /** Milliseconds since the epoch. */
  now: number
}

/** What DeSo's own nodes write; without meaning by now. */
const CREATOR_BASIS_POINTS = 1_000n
const STAKE_MULTIPLE_BASIS_POINTS = 12_500n
/** Clocks differ, and a repeated call gets its first draft; feeds sort by the timestamp. */
const MAX_AHEAD_MS = 3_600_000
const MAX_AGE_MS = 7 * 86_400_000

/** A new post that announces the content, and nothing else. Throws InvalidInputError for a title or policy that does not hold. */
export function expectPublishContent(content: ContentAnnouncement): Expectation {
  const { title, teaser, policy, manifestCid, now } = content
  const extraData = extraDataOf(content)
  const none = new Uint8Array()
  return {
    asked: `publish ${JSON.stringify(title)}, open to ${policy}, with the manifest ${manifestCid}`,
    effects({ metadata }) {
      const drafted = metadata.type === 'SUBMIT_POST' ? metadata.timestampNanos : 0n
      return {
        outputs: [],
        metadata: {
          type: 'SUBMIT_POST',
          postHashToModify: none,
          parentStakeId: none,
          body: contentBody(teaser),
          creatorBasisPoints: CREATOR_BASIS_POINTS,
          stakeMultipleBasisPoints: STAKE_MULTIPLE_BASIS_POINTS,
          timestampNanos: isRecent(drafted, now) ? drafted : BigInt(now) * 1_000_000n,
          isHidden: false,
        },
        extraData,
      }
    },
  }
}

function extraDataOf({ title, policy, manifestCid }: ContentAnnouncement): ReadonlyMap<string, Uint8Array> {
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
