import { changeJson, loadJson } from './change-json.js'
import type { Rooms } from './rooms.js'

/** Lists of the contents whose history is kept, by their posts. */
export const SHARDS = 64
/** A record of the state holds 1 MiB; what is beyond is not reviewed. */
const MAX_POSTS = 14_000

export async function addKnown(rooms: Rooms, postHash: string, until: number): Promise<void> {
  const shard = Number.parseInt(postHash.slice(0, 2), 16) % SHARDS
  await changeJson<string[]>(rooms, keyOf(shard), until, (before) =>
    before?.includes(postHash) ? null : [...(before ?? []), postHash].slice(-MAX_POSTS),
  )
}

export async function listKnown(rooms: Rooms, shard: number): Promise<readonly string[]> {
  return (await loadJson<string[]>(rooms, keyOf(shard))) ?? []
}

function keyOf(shard: number): string {
  return `known-contents:${shard}`
}
