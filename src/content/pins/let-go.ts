import { CID } from 'multiformats/cid'
import type { PublicKey } from '../../deso/keys.js'
import { NodeRuleError } from '../../deso/rule-errors.js'
import { parseContentPost } from '../../protocol/content-post.js'
import { postsNaming } from './content-history.js'
import type { Rooms } from './rooms.js'

/** A manifest that somebody's post named. */
export interface NamedManifest {
  manifestCid: string
  creator: PublicKey
  title: string
}

const PAGE = 100
/** Who has more posts than are looked through keeps every pin. */
const MAX_SCANNED = 10_000
/** Around each block a node can lack for some milliseconds what it had (facts: reads flicker). */
const SECOND_LOOK_MS = 50

/** What a content's pin is called. */
export function pinName({ creator, title }: Pick<NamedManifest, 'creator' | 'title'>): string {
  return `${creator}: ${title}`
}

/**
 * Unpins a manifest unless another post that the node shows uses it: two contents of the same files share one. Posts of
 * other creators cannot, as a manifest names its own. Throws NodeUnavailableError, StorageUnavailableError.
 */
export async function letGo(
  rooms: Rooms,
  manifest: NamedManifest,
  except: string,
  signal: AbortSignal,
): Promise<void> {
  const inUse = () => isUsed(rooms, manifest, except, signal)
  if (await inUse()) return
  await rooms.clock.sleep(SECOND_LOOK_MS, signal)
  if (await inUse()) return
  const root = CID.parse(manifest.manifestCid)
  await rooms.ipfs.unpin(root, { signal })
  // One that was published meanwhile, by another gateway of this IPFS.
  if (await inUse()) await rooms.ipfs.pin(root, { signal, name: pinName(manifest) })
}

/** Does a visible post name it, in any version that is known? `except`: a post that does not count. */
export async function isUsed(
  rooms: Rooms,
  { manifestCid, creator }: Pick<NamedManifest, 'manifestCid' | 'creator'>,
  except: string | null,
  signal: AbortSignal,
): Promise<boolean> {
  const known = (await postsNaming(rooms, manifestCid)).filter((hash) => hash !== except)
  const posts = await rooms.node.posts(known, { signal })
  if ([...posts.values()].some((post) => !post.isHidden && post.poster === creator)) return true
  return isNamedInPosts(rooms, { manifestCid, creator }, except, signal)
}

/** Posts that this gateway had no part in. */
async function isNamedInPosts(
  rooms: Rooms,
  { manifestCid, creator }: Pick<NamedManifest, 'manifestCid' | 'creator'>,
  except: string | null,
  signal: AbortSignal,
): Promise<boolean> {
  let after: string | undefined
  for (let scanned = 0; scanned < MAX_SCANNED; scanned += PAGE) {
    const page = { limit: PAGE, ...(after && { after }) }
    const posts = await rooms.node.postsOf(creator, page, { signal }).catch((error: unknown) => {
      if (error instanceof NodeRuleError) return null
      throw error
    })
    // The post to go on from is gone: rather a pin too many.
    if (!posts) return true
    const others = posts.filter(({ hash }) => hash !== except)
    if (others.some((post) => parseContentPost(post)?.manifestCid.toString() === manifestCid)) return true
    if (posts.length < PAGE) return false
    after = posts.at(-1)?.hash
  }
  return true
}
