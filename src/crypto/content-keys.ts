import { hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import { KeyUnwrapError } from './errors.js'
import { unwrapKey, wrapKey } from './key-wrap.js'

const KEY_BYTES = 32
const PUBLIC_KEY_BYTES = 33
const ID_BYTES = 16

/** Whose content a key opens: stands inside what is wrapped, so that nobody passes another creator's key as their own. */
export interface ContentKeyOwner {
  /** The creator's compressed public key, 33 bytes. */
  creator33: Uint8Array
  /** `enc.id` of the manifest, 16 bytes. */
  encId: Uint8Array
}

/** The one random key of a content, 32 bytes. Never used to encrypt: each file has its own (`fileKey`). */
export function newContentKey(): Uint8Array {
  return Uint8Array.from(randomBytes(KEY_BYTES))
}

/** Wraps key(32) ‖ creator(33) ‖ enc id(16) to a compressed public key: an entry of a manifest's `enc.keys`. */
export function wrapContentKey(
  content: ContentKeyOwner & { contentKey: Uint8Array },
  to33: Uint8Array,
): Uint8Array {
  return wrapKey(concat(sized(content.contentKey, KEY_BYTES, 'content key'), ownerBytes(content)), to33)
}

/**
 * The content key, if it was wrapped to this private key for exactly this creator and enc id. `owner` must come from
 * the post's poster and the manifest at hand. Throws KeyUnwrapError: without this check, a thief's manifest with
 * another creator's wrapped key and file CID would have the gateway open them under the thief's policy.
 */
export function unwrapContentKey(
  wrapped: Uint8Array,
  privateKey: Uint8Array,
  owner: ContentKeyOwner,
): Uint8Array {
  const payload = unwrapKey(wrapped, privateKey)
  if (payload.length !== KEY_BYTES + PUBLIC_KEY_BYTES + ID_BYTES) {
    throw new KeyUnwrapError('What was wrapped is no content key.')
  }
  if (!timingSafeEqual(payload.subarray(KEY_BYTES), ownerBytes(owner))) {
    throw new KeyUnwrapError('This content key was wrapped for the content of another.')
  }
  return payload.slice(0, KEY_BYTES)
}

/** A file's own key: HKDF-SHA256 of the content key, no salt, info = the file's id (16 bytes). 32 bytes. */
export function fileKey(contentKey: Uint8Array, fileId: Uint8Array): Uint8Array {
  sized(contentKey, KEY_BYTES, 'content key')
  sized(fileId, ID_BYTES, 'file id')
  return new Uint8Array(hkdfSync('sha256', contentKey, new Uint8Array(0), fileId, KEY_BYTES))
}

/**
 * What is wrapped to a fan, who gets the key of a file and never that of the content: file key(32) ‖ creator(33) ‖
 * enc id(16) ‖ file id(16). Whoever unwraps it checks the last three.
 */
export function fileKeyPayload(owner: ContentKeyOwner & { key: Uint8Array; fileId: Uint8Array }): Uint8Array {
  const head = concat(sized(owner.key, KEY_BYTES, 'file key'), ownerBytes(owner))
  return concat(head, sized(owner.fileId, ID_BYTES, 'file id'))
}

/** What binds a ciphertext to its place: creator ‖ file id. Not the CID, which is unknown while encrypting. */
export function fileAssociatedData(creator33: Uint8Array, fileId: Uint8Array): Uint8Array {
  return concat(sized(creator33, PUBLIC_KEY_BYTES, 'creator key'), sized(fileId, ID_BYTES, 'file id'))
}

function ownerBytes({ creator33, encId }: ContentKeyOwner): Uint8Array {
  return concat(sized(creator33, PUBLIC_KEY_BYTES, 'creator key'), sized(encId, ID_BYTES, 'enc id'))
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length)
  joined.set(a)
  joined.set(b, a.length)
  return joined
}

function sized(bytes: Uint8Array, length: number, what: string): Uint8Array {
  if (bytes.length !== length) throw new RangeError(`A ${what} has ${length} bytes, not ${bytes.length}.`)
  return bytes
}
