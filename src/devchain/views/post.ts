import { toHex } from '../go/hex.js'
import { decodeStruct, list, text } from '../go/json-fields.js'
import { GoJsonError, type JsonValue, scanJson } from '../go/json-scan.js'
import type { GoJson } from '../go/json-write.js'
import { diamondLevel, isLikedBy } from '../ledger/applause.js'
import type { PostEntry } from '../ledger/entries.js'
import type { ChainView } from '../node-view.js'
import { keyText } from '../wire/base58-check.js'
import { decodePostExtraData } from './extra-data.js'
import { profileJson } from './profile.js'

/** PostEntryResponse (backend routes/post.go, _postEntryToResponse). */
export interface PostParts {
  profile?: GoJson
  /** Account of who looks, where known. */
  reader?: string | undefined
  showsReaderState?: boolean
  comments?: GoJson
  parents?: GoJson
  /** Lists by author say whether the post is in the node's feeds. */
  withFeeds?: boolean
}

const MAX_REPOST_DEPTH = 2

/** Throws GoJsonError where the body is no JSON that a node takes for one. */
export function postJson(
  chain: ChainView,
  post: PostEntry,
  parts: PostParts = {},
  depth = MAX_REPOST_DEPTH,
): GoJson {
  const body = readBody(post.body)
  const reposted = repostedJson(chain, post, parts, depth)
  return {
    PostHashHex: post.hash,
    PosterPublicKeyBase58Check: keyText(post.poster),
    ParentStakeID: parentStakeText(post.parentStakeId),
    ...body,
    RepostedPostEntryResponse: reposted,
    CreatorBasisPoints: post.creatorBasisPoints,
    StakeMultipleBasisPoints: post.stakeMultipleBasisPoints,
    TimestampNanos: post.timestampNanos,
    IsHidden: post.isHidden,
    ConfirmationBlockHeight: post.confirmationHeight,
    InMempool: post.confirmationHeight > chain.tip.height,
    ProfileEntryResponse: parts.profile ?? null,
    Comments: parts.comments ?? null,
    LikeCount: post.likeCount,
    DiamondCount: post.diamondCount,
    PostEntryReaderState: parts.showsReaderState ? readerStateJson(chain, parts.reader, post) : null,
    ...(parts.withFeeds && { InGlobalFeed: false, InHotFeed: false }),
    IsPinned: false,
    PostExtraData: decodePostExtraData(post.extraData),
    CommentCount: post.commentCount,
    RepostCount: post.repostCount,
    QuoteRepostCount: post.quoteRepostCount,
    ParentPosts: parts.parents ?? null,
    IsNFT: false,
    IsFrozen: post.isFrozen,
    NumNFTCopies: 0,
    NumNFTCopiesForSale: 0,
    NumNFTCopiesBurned: 0,
    HasUnlockable: false,
    NFTRoyaltyToCreatorBasisPoints: 0,
    NFTRoyaltyToCoinBasisPoints: 0,
    AdditionalDESORoyaltiesMap: {},
    AdditionalCoinRoyaltiesMap: {},
    DiamondsFromSender: 0,
    HotnessScore: 0,
    PostMultiplier: 0,
    RecloutCount: post.repostCount,
    QuoteRecloutCount: post.quoteRepostCount,
    RecloutedPostEntryResponse: reposted,
  }
}

/** Of a post that is no comment; two levels deep. */
function repostedJson(chain: ChainView, post: PostEntry, parts: PostParts, depth: number): GoJson {
  if (post.repostedHash === null || post.parentStakeId.length > 0 || depth === 0) return null
  const reposted = chain.ledger.post(post.repostedHash)
  if (!reposted) return null
  try {
    const inner = {
      profile: profileJson(chain.ledger, chain.ledger.profile(reposted.poster)),
      reader: parts.reader,
      showsReaderState: true,
      ...(parts.withFeeds && { withFeeds: true }),
    }
    return postJson(chain, reposted, inner, depth - 1)
  } catch (error) {
    if (error instanceof GoJsonError) return null
    throw error
  }
}

function readerStateJson({ ledger }: ChainView, reader: string | undefined, post: PostEntry): GoJson {
  const repost = reader === undefined ? undefined : ledger.repostBy(reader, post.hash)
  return {
    LikedByReader: reader !== undefined && isLikedBy(ledger, post, reader),
    DiamondLevelBestowed: reader === undefined ? 0 : diamondLevel(ledger, post, reader),
    RepostedByReader: repost !== undefined,
    RepostPostHashHex: repost?.hash ?? '',
  }
}

function parentStakeText(parentStakeId: Uint8Array): string {
  if (parentStakeId.length === 32) return toHex(parentStakeId)
  return parentStakeId.length === 33 ? keyText(toHex(parentStakeId)) : ''
}

function readBody(bytes: Uint8Array): { Body: GoJson; ImageURLs: GoJson; VideoURLs: GoJson } {
  const value = parseBody(bytes)
  const urls = list(text, '[]string')
  const fields = decodeStruct(value, 'DeSoBodySchema', { Body: text, ImageURLs: urls, VideoURLs: urls })
  const given = (name: string) => value instanceof Map && value.get(name) !== undefined
  return {
    Body: fields.Body,
    ImageURLs: given('ImageURLs') ? fields.ImageURLs : null,
    VideoURLs: given('VideoURLs') ? fields.VideoURLs : null,
  }
}

function parseBody(bytes: Uint8Array): JsonValue {
  try {
    return scanJson(Buffer.from(bytes), { expectEnd: true })
  } catch (error) {
    if (error instanceof GoJsonError) {
      throw new GoJsonError(`_postEntryToResponse: Error unmarshling Body: ${error.message}`)
    }
    throw error
  }
}
