import { extname } from 'node:path'
import { fileTypeFromBuffer } from 'file-type'
import { lookup } from 'mime-types'

const TOKEN = "[\\w!#$%&'*+.^`|~-]+"
const QUOTED = '"(?:[\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]|\\\\[\\x20-\\x7e])*"'
/** Its parts begin differently from one another, so that no text takes more than linear time. */
const MEDIA_TYPE = new RegExp(`^${TOKEN}/${TOKEN}(?: *; *${TOKEN}=(?:${TOKEN}|${QUOTED}))*$`)
const MAX_CHARACTERS = 255

/** What says nothing: the type of bytes about which nobody knows more. */
export const UNKNOWN_TYPE = 'application/octet-stream'
const UNSTATED = new Set(['', UNKNOWN_TYPE, 'binary/octet-stream'])
/** How many of a file's first bytes tell its type, where any do. */
export const TELLING_BYTES = 4_100

/** `type/subtype` and parameters (RFC 9110 §8.3.1) of at most 255 characters. */
export function isMediaType(text: string): boolean {
  return text.length <= MAX_CHARACTERS && MEDIA_TYPE.test(text)
}

/** Does a type say more than that there are bytes? */
export function isStated(type: string): boolean {
  return !UNSTATED.has(type.trim().toLowerCase())
}

/** The type that a name or path tells by its end; null where it tells none. */
export function typeByName(name: string): string | null {
  // Not by `lookup` alone, to which a file that is called "mp4" is a film.
  const type = lookup(extname(name))
  return type !== false && isStated(type) ? type : null
}

/** The type that a file's first bytes tell (its magic bytes); null where they tell none. */
export async function typeByBytes(head: Uint8Array): Promise<string | null> {
  try {
    return (await fileTypeFromBuffer(head))?.mime ?? null
  } catch {
    return null // bytes that begin like a format and are none
  }
}

/** The type of a file: what its publisher stated, else what its name tells, else its first bytes. */
export async function mediaTypeOf(
  { name, mediaType }: { name: string; mediaType: string },
  head: () => Promise<Uint8Array>,
): Promise<string> {
  if (isStated(mediaType)) return mediaType
  return typeByName(name) ?? (await typeByBytes(await head())) ?? UNKNOWN_TYPE
}
