import { equalBytes } from '../../protocol/bytes.js'
import type { GatedFile, GatedManifest } from '../../protocol/manifest.js'
import type { Signer } from '../signer.js'
import { NoFileKeyError } from './errors.js'

const KEY_BYTES = 32
/** Key(32) and creator(33) and enc id(16), and for a file's key the file id(16). */
const CONTENT_KEY_BYTES = 81
const FILE_KEY_BYTES = 97

/**
 * The key of a file that the gateway wrapped to the signer (`ContentFile.key`). Throws NoFileKeyError unless it was
 * wrapped for this very file of this very manifest.
 */
export async function openFileKey(
  signer: Signer,
  wrapped: Uint8Array,
  { creator, enc }: GatedManifest,
  file: GatedFile,
): Promise<Uint8Array> {
  const payload = await unwrapped(signer, wrapped)
  const owner = [...creator, ...enc.id, ...file.id]
  if (payload.length !== FILE_KEY_BYTES || !equalBytes(payload.subarray(KEY_BYTES), Uint8Array.from(owner))) {
    throw new NoFileKeyError('This key was wrapped for another file.')
  }
  return payload.slice(0, KEY_BYTES)
}

/**
 * The key of a whole content, for its creator (and gateways), from what the manifest wraps to them: no gateway is asked.
 * Throws NoFileKeyError where nothing in it opens, or it was wrapped for another content.
 */
export async function openContentKey(signer: Signer, { creator, enc }: GatedManifest): Promise<Uint8Array> {
  const entries = enc.keys.filter(({ to }) => equalBytes(to, signer.publicKey33))
  let failure: unknown = new NoFileKeyError('The manifest holds no key for this account.')
  for (const { key } of entries.slice(0, 8)) {
    try {
      const payload = await unwrapped(signer, key)
      const owner = Uint8Array.from([...creator, ...enc.id])
      if (payload.length === CONTENT_KEY_BYTES && equalBytes(payload.subarray(KEY_BYTES), owner)) {
        return payload.slice(0, KEY_BYTES)
      }
      failure = new NoFileKeyError('The key in the manifest was wrapped for another content.')
    } catch (error) {
      failure = error
    }
  }
  throw failure
}

/** A file's own key, of the content's. */
export async function fileKeyOf(contentKey: Uint8Array, file: GatedFile): Promise<Uint8Array> {
  const hkdf = await crypto.subtle.importKey('raw', contentKey.slice(), 'HKDF', false, ['deriveBits'])
  const algorithm = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info: file.id.slice() }
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, hkdf, KEY_BYTES * 8))
}

async function unwrapped(signer: Signer, wrapped: Uint8Array): Promise<Uint8Array> {
  if (!signer.unwrapKey) throw new NoFileKeyError('This signer cannot open wrapped keys.')
  return signer.unwrapKey(wrapped)
}
