import { type PublicKey, publicKeyFromBytes } from '../../deso/keys.js'
import type { SubmitPost, Transaction } from '../../deso/transaction.js'
import { parseContentFields } from '../../protocol/content-post.js'
import { changeJson, loadJson } from './change-json.js'
import { addKnown } from './known-contents.js'
import { fieldsOf, type PostFields } from './post-fields.js'
import type { Rooms } from './rooms.js'

/** What committed transactions made of a content, as far as this gateway read them. */
export interface ContentHistory {
  v: 1
  creator: PublicKey
  isHidden: boolean
  /** ExtraData of the post that say a content, as a node merges them over its edits. */
  fields: PostFields
  /** The last transactions that are in it: what comes from before them changes nothing any more. */
  last: { height: number; ids: readonly string[] }
  /** Oldest first; only those whose fields held. */
  versions: readonly RecordedVersion[]
}

export interface RecordedVersion {
  /** Of the transaction that made it. */
  id: string
  height: number
  manifestCid: string
  title: string
  policy: string
}

/** A committed SUBMIT_POST. */
export interface CommittedPost {
  id: string
  height: number
  transaction: Transaction & { metadata: SubmitPost }
}

/** Beyond, the oldest but the first are forgotten. */
const MAX_VERSIONS = 100
const MAX_POSTS = 5_000
/** As long as the state lets anything be kept; anew with each change. */
const KEPT_MS = 20 * 365 * 86_400_000

export function loadHistory(rooms: Rooms, postHash: string): Promise<ContentHistory | null> {
  return loadJson<ContentHistory>(rooms, keyOf(postHash))
}

/** The post that a transaction makes or edits. */
export function postHashOf({ id, transaction: { metadata } }: CommittedPost): string {
  return metadata.postHashToModify.length === 0 ? id : Buffer.from(metadata.postHashToModify).toString('hex')
}

/**
 * Adds a committed transaction, once; what the content has become by it. `before`: fields that are known to have stood
 * there, where what is recorded may be older. Durable when it resolves.
 */
export async function recordPost(
  rooms: Rooms,
  post: CommittedPost,
  before: PostFields = {},
): Promise<ContentHistory> {
  const creator = publicKeyFromBytes(post.transaction.publicKey, rooms.config.deso.network)
  const postHash = postHashOf(post)
  const until = rooms.clock.now() + KEPT_MS
  let after: ContentHistory | null = null
  const change = (recorded: ContentHistory | null): ContentHistory | null => {
    after = withPost(recorded ?? emptyHistory(creator), post, before)
    return after === recorded ? null : after
  }
  await changeJson(rooms, keyOf(postHash), until, change)
  await addKnown(rooms, postHash, until)
  const history = after ?? emptyHistory(creator)
  const manifestCid = history.versions.find(({ id }) => id === post.id)?.manifestCid
  if (manifestCid) await recordUse(rooms, manifestCid, postHash, until)
  return history
}

/** Says what the node shows, where no transaction that was read has said it; null: nothing is known of the content. */
export async function markHidden(
  rooms: Rooms,
  postHash: string,
  isHidden: boolean,
): Promise<ContentHistory | null> {
  await changeJson<ContentHistory>(
    rooms,
    keyOf(postHash),
    rooms.clock.now() + KEPT_MS,
    (history) => history && { ...history, isHidden },
  )
  return loadHistory(rooms, postHash)
}

/** Posts that have named a manifest in any version, as far as this gateway knows. */
export async function postsNaming(rooms: Rooms, manifestCid: string): Promise<readonly string[]> {
  return (await loadJson<string[]>(rooms, usesKeyOf(manifestCid))) ?? []
}

async function recordUse(rooms: Rooms, manifestCid: string, postHash: string, until: number): Promise<void> {
  await changeJson<string[]>(rooms, usesKeyOf(manifestCid), until, (before) =>
    before?.includes(postHash) ? null : [...(before ?? []), postHash].slice(-MAX_POSTS),
  )
}

function emptyHistory(creator: PublicKey): ContentHistory {
  return { v: 1, creator, isHidden: false, fields: {}, last: { height: 0, ids: [] }, versions: [] }
}

function withPost(
  history: ContentHistory,
  { id, height, transaction }: CommittedPost,
  before: PostFields,
): ContentHistory {
  const { last } = history
  if (height === last.height && last.ids.includes(id)) return history
  const isOld = height < last.height
  if (isOld && history.versions.some((version) => version.id === id)) return history
  // An empty value deletes its key, a missing one leaves it as it is.
  const fields = { ...(isOld ? {} : history.fields), ...before, ...fieldsOf(transaction) }
  const { isHidden } = transaction.metadata
  // A new post is never hidden, whatever it says.
  const hides = isHidden && transaction.metadata.postHashToModify.length > 0
  const versions = hides ? history.versions : withVersion(history.versions, { id, height, fields })
  if (isOld) return { ...history, versions }
  const ids = height === last.height ? [...last.ids, id] : [id]
  return { ...history, isHidden: hides, fields, versions, last: { height, ids } }
}

function withVersion(
  versions: readonly RecordedVersion[],
  { id, height, fields }: { id: string; height: number; fields: PostFields },
): readonly RecordedVersion[] {
  const parsed = parseContentFields((key) => fields[key] ?? '')
  if (!parsed) return versions
  const { title, policy, manifestCid } = parsed
  const version = { id, height, manifestCid: manifestCid.toString(), title, policy: policy.text }
  const place = versions.findLastIndex((each) => each.height <= height) + 1
  const all = [...versions.slice(0, place), version, ...versions.slice(place)]
  return all.length > MAX_VERSIONS ? [...all.slice(0, 1), ...all.slice(2)] : all
}

function keyOf(postHash: string): string {
  return `content-history:${postHash}`
}

function usesKeyOf(manifestCid: string): string {
  return `manifest-posts:${manifestCid}`
}
