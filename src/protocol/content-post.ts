/**
 * A post that announces a content: its PostExtraData name a title, a manifest and a policy; its body is the public
 * teaser. That the manifest holds and is the poster's own is the reader's to check, once loaded (manifest.ts).
 */
import type { CID } from 'multiformats/cid'
import type { PublicKey } from '../deso/keys.js'
import type { NodePost } from '../deso/node.js'
import type { SubmitPost, Transaction } from '../deso/transaction.js'
import { decodeText, encodeText } from './bytes.js'
import { parseManifestCid } from './manifest.js'
import { type Policy, parsePolicy } from './policy.js'

const VERSION = '1'

/** What the ExtraData of a post say of a content. */
export interface ContentFields {
  title: string
  manifestCid: CID
  policy: Policy
}

export interface ContentPost extends ContentFields {
  postHash: string
  creator: PublicKey
  /** The post's body: public. */
  teaser: string
  /** The post's own timestamp, the author's word. */
  timestampNanos: bigint
}

/** Posts as they were parsed: of an answer that came again the posts are the same objects. */
const known = new WeakMap<NodePost, ContentPost | null>()

/** The content that a post announces; null for a hidden post and for one whose fields do not hold. */
export function parseContentPost(post: NodePost): ContentPost | null {
  const before = known.get(post)
  if (before !== undefined) return before
  const parsed = parsePost(post)
  known.set(post, parsed)
  return parsed
}

function parsePost(post: NodePost): ContentPost | null {
  const fields = post.isHidden ? null : parseContentFields((key) => post.extraData.get(key) ?? '')
  if (fields === null) return null
  const { hash: postHash, poster: creator, body: teaser, timestampNanos } = post
  return { ...fields, postHash, creator, teaser, timestampNanos }
}

/** What a SUBMIT_POST transaction announces, with its teaser; null when it announces no content. */
export function parseContentTransaction(
  transaction: Transaction,
): (ContentFields & { metadata: SubmitPost; teaser: string }) | null {
  const { metadata, extraData } = transaction
  if (metadata.type !== 'SUBMIT_POST' || metadata.isHidden) return null
  const fields = parseContentFields((key) => decodeText(extraData.get(key) ?? new Uint8Array()))
  const teaser = parseBody(metadata.body)
  return fields && teaser !== null ? { ...fields, metadata, teaser } : null
}

/** What a post that announces a content carries in its ExtraData. */
export function contentExtraData(content: ContentFields): ReadonlyMap<string, Uint8Array> {
  const { title, manifestCid, policy } = content
  return new Map([
    ['DIGV', encodeText(VERSION)],
    ['DIGTITLE', encodeText(title)],
    ['DIGMANIFEST', encodeText(manifestCid.toString())],
    ['DIGACCESS', encodeText(policy.text)],
  ])
}

/** The body of a post as DeSo apps read it: JSON with the text under `Body`. */
export function contentBody(teaser: string): Uint8Array {
  return encodeText(JSON.stringify({ Body: teaser }))
}

/**
 * The fields of a content, by the keys of ExtraData; null when they do not hold. A post cannot hold an empty value (it
 * deletes the key), so a title must say something.
 */
export function parseContentFields(text: (key: string) => string | null): ContentFields | null {
  const title = text('DIGTITLE')
  const manifestCid = parseManifestCid(text('DIGMANIFEST') ?? '')
  const policy = parsePolicy(text('DIGACCESS') ?? '')
  if (text('DIGV') !== VERSION || !title || !manifestCid || !policy) return null
  return { title, manifestCid, policy }
}

function parseBody(bytes: Uint8Array): string | null {
  try {
    const body: unknown = JSON.parse(decodeText(bytes) ?? '')
    const text = typeof body === 'object' && body !== null && 'Body' in body ? body.Body : null
    return typeof text === 'string' ? text : null
  } catch {
    return null
  }
}
