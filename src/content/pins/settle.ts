import { CID } from 'multiformats/cid'
import { publicKeyToBytes } from '../../deso/keys.js'
import { InvalidDagError, NotFoundInStoreError } from '../../ipfs/errors.js'
import { decodeManifest, InvalidManifestError, isManifestOf } from '../../protocol/manifest.js'
import { type AwaitedDraft, dropAwaited } from './awaited-drafts.js'
import { type CommittedPost, type ContentHistory, postHashOf, recordPost } from './content-history.js'
import { isUsed, letGo, pinName } from './let-go.js'
import type { Rooms } from './rooms.js'

/**
 * A committed post: its manifest gets a pin of its own, or, hidden, all its versions lose theirs. `drafts`: those of its
 * nonce, which are over. May be repeated. Throws StorageUnavailableError, NodeUnavailableError: then nothing is let go
 * of that is needed, and the drafts stay awaited.
 */
export async function settlePost(
  rooms: Rooms,
  post: CommittedPost,
  drafts: readonly AwaitedDraft[],
  signal: AbortSignal,
): Promise<void> {
  const history = await recordPost(rooms, post)
  if (history.isHidden) await letGoOfAll(rooms, history, postHashOf(post), signal)
  else await pinNewest(rooms, history, drafts, signal)
  for (const draft of drafts) await endDraft(rooms, draft, signal)
}

/** The draft's transaction will not come any more, or has come. */
export async function endDraft(rooms: Rooms, draft: AwaitedDraft, signal: AbortSignal): Promise<void> {
  const { hold, creator } = draft
  if (hold) {
    const root = CID.parse(hold.manifestCid)
    // Whoever drafted here may have announced it by another transaction.
    const isNeeded =
      !(await rooms.ipfs.isPinned(root, { signal })) &&
      (await isUsed(rooms, { manifestCid: hold.manifestCid, creator }, null, signal))
    if (isNeeded) await rooms.ipfs.pin(root, { signal, name: pinName({ creator, title: hold.title }) })
    await rooms.ipfs.unpin(CID.parse(hold.root), { signal, isPassing: true })
  }
  await dropAwaited(rooms, draft)
}

/** Old versions keep their pins while the content is shown: the chain still links them. */
export async function pinNewest(
  rooms: Rooms,
  history: ContentHistory,
  drafts: readonly AwaitedDraft[],
  signal: AbortSignal,
): Promise<void> {
  const newest = history.versions.at(-1)
  if (!newest) return
  const { creator } = history
  const root = CID.parse(newest.manifestCid)
  const name = pinName({ creator, title: newest.title })
  if (drafts.some(({ hold }) => hold?.manifestCid === newest.manifestCid)) {
    await rooms.ipfs.pin(root, { signal, name })
  } else if (await holdsManifest(rooms, root, creator, signal)) {
    await rooms.ipfs.pin(root, { signal, name }).catch((error: unknown) => {
      if (!(error instanceof NotFoundInStoreError || error instanceof InvalidDagError)) throw error
    })
  }
}

/** What somebody announces by other means is only kept where it is here already, and theirs. */
async function holdsManifest(
  rooms: Rooms,
  root: CID,
  creator: ContentHistory['creator'],
  signal: AbortSignal,
): Promise<boolean> {
  try {
    if (!(await rooms.ipfs.has(root, { signal }))) return false
    const manifest = decodeManifest(await rooms.ipfs.getBlock(root, { signal }))
    return isManifestOf(manifest, publicKeyToBytes(creator))
  } catch (error) {
    if (error instanceof InvalidManifestError || error instanceof NotFoundInStoreError) return false
    throw error
  }
}

/** All that a hidden content named. */
export async function letGoOfAll(
  rooms: Rooms,
  { creator, versions, fields }: ContentHistory,
  postHash: string,
  signal: AbortSignal,
): Promise<void> {
  const titles = new Map(versions.map(({ manifestCid, title }) => [manifestCid, title]))
  // The version that was hidden, where this gateway has seen no other.
  const last = fields.DIGMANIFEST
  if (last && !titles.has(last)) titles.set(last, fields.DIGTITLE ?? '')
  for (const [manifestCid, title] of titles)
    await letGo(rooms, { manifestCid, creator, title }, postHash, signal)
}
