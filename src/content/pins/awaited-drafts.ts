import { createHash } from 'node:crypto'
import type { PublicKey } from '../../deso/keys.js'
import { StorageUnavailableError } from '../../errors.js'
import { changeJson, loadJson } from './change-json.js'
import type { Rooms } from './rooms.js'

/** A draft of a post that some block may still take. */
export interface AwaitedDraft {
  /** Of its nonce (transaction/sending-store.ts). */
  sendingKey: string
  creator: PublicKey
  /** The post that it edits; null: it is a new one. */
  postHash: string | null
  /** What is held for it; null: it names nothing new. */
  hold: Hold | null
  /** No block up to this height holds it. */
  from: number
  /** No block above this height takes it. */
  expiresAtHeight: number
  /** Milliseconds since the epoch: forgotten then, whatever the chain says. */
  until: number
}

/** A pin of its own for each draft, so that letting go of one takes nothing from another. */
export interface Hold {
  /** CIDs. */
  root: string
  manifestCid: string
  title: string
}

/** One list would be rewritten by every draft. */
const SHARDS = 32
/** Kept for so long beyond, so that a gateway that was down all the time still lets go of what it held. */
const KEPT_BEYOND_MS = 90 * 86_400_000
/** A record of the state holds 1 MiB. */
const MAX_SHARD_CHARACTERS = 900_000

/** Every draft that is awaited, in no order. */
export async function listAwaited(rooms: Rooms): Promise<AwaitedDraft[]> {
  const shards = await Promise.all(
    Array.from({ length: SHARDS }, (_, shard) => loadJson<AwaitedDraft[]>(rooms, keyOf(shard))),
  )
  return shards.flatMap((drafts) => drafts ?? [])
}

/** Those of one nonce: of two uploads at once, both. */
export async function awaitedOf(rooms: Rooms, sendingKey: string): Promise<AwaitedDraft[]> {
  const drafts = (await loadJson<AwaitedDraft[]>(rooms, keyOf(shardOf(sendingKey)))) ?? []
  return drafts.filter((draft) => draft.sendingKey === sendingKey)
}

/** Durable when it resolves. Throws StorageUnavailableError where too many are awaited already. */
export async function addAwaited(rooms: Rooms, draft: AwaitedDraft): Promise<void> {
  await changeJson<AwaitedDraft[]>(
    rooms,
    keyOf(shardOf(draft.sendingKey)),
    draft.until + KEPT_BEYOND_MS,
    (before) => {
      const drafts = [...(before ?? []).filter((each) => !isSame(each, draft)), draft]
      if (JSON.stringify(drafts).length <= MAX_SHARD_CHARACTERS) return drafts
      throw new StorageUnavailableError('Too many drafts wait to be signed; try again later.')
    },
  )
}

export async function dropAwaited(rooms: Rooms, draft: AwaitedDraft): Promise<void> {
  await changeDraft(rooms, draft, () => [])
}

/** Blocks up to this height need not be read again for it. */
export async function moveOn(rooms: Rooms, draft: AwaitedDraft, from: number): Promise<void> {
  await changeDraft(rooms, draft, (each) => [{ ...each, from: Math.max(each.from, from) }])
}

async function changeDraft(
  rooms: Rooms,
  draft: AwaitedDraft,
  change: (draft: AwaitedDraft) => AwaitedDraft[],
): Promise<void> {
  await changeJson<AwaitedDraft[]>(
    rooms,
    keyOf(shardOf(draft.sendingKey)),
    draft.until + KEPT_BEYOND_MS,
    (before) => {
      if (!before?.some((each) => isSame(each, draft))) return null
      return before.flatMap((each) => (isSame(each, draft) ? change(each) : [each]))
    },
  )
}

function isSame(one: AwaitedDraft, other: AwaitedDraft): boolean {
  return one.sendingKey === other.sendingKey && one.hold?.root === other.hold?.root
}

function shardOf(sendingKey: string): number {
  return (createHash('sha256').update(sendingKey).digest()[0] ?? 0) % SHARDS
}

function keyOf(shard: number): string {
  return `awaited-drafts:${shard}`
}
