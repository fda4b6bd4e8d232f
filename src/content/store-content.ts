import { randomBytes } from 'node:crypto'
import type { CID } from 'multiformats/cid'
import type { RequestContext } from '../context.js'
import { fileAssociatedData, fileKey, newContentKey, wrapContentKey } from '../crypto/content-keys.js'
import { encryptStream } from '../crypto/streaming-aead.js'
import { InvalidInputError } from '../errors.js'
import { ENCRYPTION_ALGORITHM, type Manifest } from '../protocol/manifest.js'
import type { FoundFile } from './incoming-file.js'
import type { FileSink, ReceivedFile } from './receive-files.js'

/** Stores the bytes of files, and knows how the manifest will name them. */
export interface ContentSink<T> extends FileSink<T> {
  manifest(files: readonly ReceivedFile<T>[]): Manifest
}

interface StoredFile {
  cid: CID
  /** Of a gated file, 16 bytes. */
  id: Uint8Array
}

/** For a public content: bytes go into IPFS as they are. */
export function publicSink(ctx: RequestContext, creator33: Uint8Array): ContentSink<{ cid: CID }> {
  return {
    isGated: false,
    store: (bytes) => ctx.app.ipfs.importFile(bytes, { signal: ctx.signal }),
    keep: refuse,
    manifest: (files) => ({ creator: creator33, enc: null, dir: null, files: files.map(manifestFile) }),
  }
}

/**
 * For a gated content: each file is encrypted under its own key before IPFS sees a byte of it. The content key is
 * wrapped to the gateway and to the creator alike, so that the creator never depends on a gateway.
 */
export function gatedSink(ctx: RequestContext, creator33: Uint8Array): ContentSink<StoredFile> {
  const contentKey = newContentKey()
  const encId = Uint8Array.from(randomBytes(16))
  return {
    isGated: true,
    async store(bytes) {
      const id = Uint8Array.from(randomBytes(16))
      const key = fileKey(contentKey, id)
      const associatedData = fileAssociatedData(creator33, id)
      const sealed = encryptStream(bytes, { key, associatedData, signal: ctx.signal })
      const { cid } = await ctx.app.ipfs.importFile(sealed, { signal: ctx.signal })
      return { cid, id }
    },
    keep: refuse,
    manifest: (files) => ({
      creator: creator33,
      dir: null,
      enc: {
        alg: ENCRYPTION_ALGORITHM,
        id: encId,
        keys: [ctx.app.identity.publicKey, creator33].map((to) => ({
          to,
          key: wrapContentKey({ contentKey, creator33, encId }, to),
        })),
      },
      files: files.map((file) => ({ ...manifestFile(file), id: file.stored.id })),
    }),
  }
}

async function refuse({ position }: FoundFile): Promise<never> {
  throw new InvalidInputError('This file cannot be used here.', ['input', 'files', String(position)])
}

function manifestFile({ name, mediaType, size, stored }: ReceivedFile<{ cid: CID }>) {
  return { name, type: mediaType, size, cid: stored.cid }
}
