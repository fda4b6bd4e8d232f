import type { CID } from 'multiformats/cid'
import type { AppContext, RequestContext } from '../context.js'
import type { PublicKey } from '../deso/keys.js'
import { UploadTooLargeError } from '../errors.js'
import { parseContentPost } from '../protocol/content-post.js'

/** What an account has uploaded and not published: its bytes count until the post shows, or for eight days. */
interface Unpublished {
  bytes: number
  /** Null: the upload broke off, and no post can ever name it. */
  manifestCid: string | null
  /** Milliseconds since the epoch. */
  until: number
}

export interface UploadQuota {
  /** Counts bytes as they come. Throws UploadTooLargeError, with the number, when the account has no room. */
  spend(bytes: number): void
  /** The upload is whole: its bytes count until a post names this manifest. */
  names(manifestCid: CID): void
  /** Writes down what was used. Always called. */
  close(): Promise<void>
}

const KEPT_MS = 8 * 86_400_000
/** Posts looked through for what has been published since, when the room gets tight. */
const SCANNED_POSTS = 100

/** Bytes of uploads under way, by gateway and account: they are written down only when they end. */
const underWay = new WeakMap<AppContext, Map<PublicKey, number>>()

/** The room that an account has for unpublished bytes (`limits.maxUnpublishedBytes`), over all its uploads. */
export async function openQuota(ctx: RequestContext, account: PublicKey): Promise<UploadQuota> {
  const max = Number(ctx.app.config.limits.maxUnpublishedBytes)
  const flowing = underWay.get(ctx.app) ?? new Map<PublicKey, number>()
  underWay.set(ctx.app, flowing)
  let entries = await load(ctx.app, account)
  if (sum(entries) > max / 2) entries = await dropPublished(ctx, account, entries)
  const before = sum(entries)
  let used = 0
  let manifestCid: string | null = null
  return {
    spend(bytes) {
      used += bytes
      flowing.set(account, (flowing.get(account) ?? 0) + bytes)
      if (before + (flowing.get(account) ?? 0) <= max) return
      throw new UploadTooLargeError(
        BigInt(max),
        `At most ${max} bytes may be uploaded and not yet published: publish what is there, or wait.`,
        ['input', 'files'],
      )
    },
    names(cid) {
      manifestCid = cid.toString()
    },
    async close() {
      const left = (flowing.get(account) ?? 0) - used
      if (left > 0) flowing.set(account, left)
      else flowing.delete(account)
      if (used > 0)
        await add(ctx.app, account, { bytes: used, manifestCid, until: ctx.app.clock.now() + KEPT_MS })
    },
  }
}

async function load(app: AppContext, account: PublicKey): Promise<Unpublished[]> {
  const entry = await app.state.get(keyOf(account))
  const entries = entry ? (JSON.parse(entry.value) as Unpublished[]) : []
  return entries.filter(({ until }) => until > app.clock.now())
}

/** Posts that the node shows are published, committed or not. */
async function dropPublished(
  ctx: RequestContext,
  account: PublicKey,
  entries: readonly Unpublished[],
): Promise<Unpublished[]> {
  const posts = await ctx.app.node.postsOf(account, { limit: SCANNED_POSTS }, { signal: ctx.signal })
  const published = new Set(posts.map((post) => parseContentPost(post)?.manifestCid.toString()))
  const isOpen = ({ manifestCid }: Unpublished) => manifestCid === null || !published.has(manifestCid)
  await change(ctx.app, account, (now) => now.filter(isOpen))
  return entries.filter(isOpen)
}

function add(app: AppContext, account: PublicKey, entry: Unpublished): Promise<void> {
  return change(app, account, (entries) => mergeBroken([...entries, entry]))
}

/** Broken-off uploads are one sum, so that the list is as short as the uploads that are whole. */
function mergeBroken(entries: readonly Unpublished[]): Unpublished[] {
  const broken = entries.filter(({ manifestCid }) => manifestCid === null)
  const whole = entries.filter(({ manifestCid }) => manifestCid !== null)
  if (broken.length === 0) return whole
  return [
    ...whole,
    { bytes: sum(broken), manifestCid: null, until: Math.max(...broken.map(({ until }) => until)) },
  ]
}

/** Reads, changes and writes until nobody was faster. */
async function change(
  app: AppContext,
  account: PublicKey,
  edit: (entries: Unpublished[]) => Unpublished[],
): Promise<void> {
  const key = keyOf(account)
  const until = app.clock.now() + KEPT_MS
  for (;;) {
    const entry = await app.state.get(key)
    const value = JSON.stringify(edit(await load(app, account)))
    const isWritten = entry
      ? await app.state.update(key, entry.version, value, until)
      : (await app.state.insert(key, value, until)).inserted
    if (isWritten) return
  }
}

function sum(entries: readonly Unpublished[]): number {
  return entries.reduce((total, { bytes }) => total + bytes, 0)
}

function keyOf(account: PublicKey): string {
  return `unpublished:${account}`
}
