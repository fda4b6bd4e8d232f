import { LRUCache } from 'lru-cache'
import type { ContentFile } from './content.js'
import { isStated, TELLING_BYTES, typeByBytes, typeByName, UNKNOWN_TYPE } from './media-type.js'

/** What the first bytes of stored files told; they never change. */
const told = new LRUCache<string, string>({ max: 10_000 })

/**
 * As what a file is served, as far as that is known without reading it: what its manifest states, else what its name
 * tells, else what its first bytes told before; null: nothing tells yet.
 */
export function knownType(file: ContentFile): string | null {
  if (isStated(file.mediaType)) return file.mediaType
  return typeByName(file.name) ?? told.get(keyOf(file)) ?? null
}

/**
 * The type that the first bytes of a file tell, to be given once access is granted: those of the file, never of a range.
 * Null where they are too few to judge.
 */
export async function typeByStart(file: ContentFile, start: Uint8Array): Promise<string | null> {
  if (start.length < Math.min(file.size, TELLING_BYTES)) return null
  const type = (await typeByBytes(start.subarray(0, TELLING_BYTES))) ?? UNKNOWN_TYPE
  told.set(keyOf(file), type)
  return type
}

/** What is ciphertext in one content may be named as it is by another. */
function keyOf({ cid, isEncrypted }: ContentFile): string {
  return `${cid}:${isEncrypted}`
}
