import type { AppContext, RequestContext } from '../context.js'
import type { PublicKey } from '../deso/keys.js'
import { StorageUnavailableError } from '../errors.js'
import { parseContentPost } from '../protocol/content-post.js'
import type { StateEntry } from '../store/state.js'

/** What an account has uploaded and not published: its bytes count until the post shows, or until their time is over. */
export interface Unpublished {
  bytes: number
  /** Null: the upload broke off (no post can ever name it), or it is one of too many to keep apart. */
  manifestCid: string | null
  /** Milliseconds since the epoch. */
  until: number
}

const DAY_MS = 86_400_000
/** As long as its draft can be signed, and a little more. */
const KEPT_MS = 8 * DAY_MS
/** Who was cut off several times shall not be locked out for long. */
const BROKEN_KEPT_MS = DAY_MS
/** Posts looked through for what has been published since. */
const SCANNED_POSTS = 100
/** Uploads of one account that are kept apart; older ones become sums. */
const KEPT_APART = 200
const MAX_ATTEMPTS = 8

export async function loadUnpublished(app: AppContext, account: PublicKey): Promise<Unpublished[]> {
  return uploadsIn(await app.state.get(keyOf(account)), app.clock.now())
}

/** All that there is with this one; durable when it resolves. */
export async function addUnpublished(
  app: AppContext,
  account: PublicKey,
  upload: Pick<Unpublished, 'bytes' | 'manifestCid'>,
): Promise<Unpublished[]> {
  const until = app.clock.now() + (upload.manifestCid === null ? BROKEN_KEPT_MS : KEPT_MS)
  return change(app, account, (uploads) => summed([...uploads, { ...upload, until }]))
}

/** What is left without those that the account's newest posts name, committed or not. */
export async function dropPublished(ctx: RequestContext, account: PublicKey): Promise<Unpublished[]> {
  const posts = await ctx.app.node.postsOf(account, { limit: SCANNED_POSTS }, { signal: ctx.signal })
  const published = new Set(posts.map((post) => parseContentPost(post)?.manifestCid.toString()))
  return change(ctx.app, account, (uploads) =>
    uploads.filter(({ manifestCid }) => manifestCid === null || !published.has(manifestCid)),
  )
}

/** In bytes. */
export function sumOf(uploads: readonly Unpublished[]): number {
  return uploads.reduce((sum, { bytes }) => sum + bytes, 0)
}

/** Broken-off uploads become one sum a day, so that the list stays short and each sum ends. */
function summed(uploads: readonly Unpublished[]): Unpublished[] {
  const whole = uploads.filter(({ manifestCid }) => manifestCid !== null)
  const apart = whole.slice(-KEPT_APART)
  const sums = new Map<number, Unpublished>()
  for (const { bytes, until } of uploads.filter((upload) => !apart.includes(upload))) {
    const day = Math.floor(until / DAY_MS)
    const sum = sums.get(day) ?? { bytes: 0, manifestCid: null, until }
    sums.set(day, { ...sum, bytes: sum.bytes + bytes, until: Math.max(sum.until, until) })
  }
  return [...sums.values(), ...apart]
}

/** Changes what is there, whichever gateway wrote it. */
function change(
  app: AppContext,
  account: PublicKey,
  edit: (uploads: Unpublished[]) => Unpublished[],
): Promise<Unpublished[]> {
  const key = keyOf(account)
  return app.mutex.run(key, async () => {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const entry = await app.state.get(key)
      const uploads = edit(uploadsIn(entry, app.clock.now()))
      const value = JSON.stringify(uploads)
      const until = app.clock.now() + KEPT_MS
      const isWritten = entry
        ? await app.state.update(key, entry.version, value, until)
        : (await app.state.insert(key, value, until)).inserted
      if (isWritten) return uploads
    }
    throw new StorageUnavailableError('Uploads of this account end all the time; try again.')
  })
}

function uploadsIn(entry: StateEntry | undefined, now: number): Unpublished[] {
  const uploads = entry ? (JSON.parse(entry.value) as Unpublished[]) : []
  return uploads.filter(({ until }) => until > now)
}

function keyOf(account: PublicKey): string {
  return `unpublished:${account}`
}
