import { randomBytes } from 'node:crypto'
import type { CID } from 'multiformats/cid'
import type { RequestContext } from '../context.js'
import { fileAssociatedData, fileKey, wrapContentKey } from '../crypto/content-keys.js'
import { encryptStream } from '../crypto/streaming-aead.js'
import { InvalidInputError } from '../errors.js'
import { FileBatch } from '../ipfs/file-batch.js'
import { equalBytes } from '../protocol/bytes.js'
import { ENCRYPTION_ALGORITHM, type Encryption, type Manifest } from '../protocol/manifest.js'
import { refuseOnIpfs } from './find-on-ipfs.js'
import type { FileSink, ReceivedFile } from './receive-files.js'
import { plainBytes, sealedBytes } from './uploads/read-upload.js'
import { hex } from './uploads/upload-writer.js'

/** Stores the bytes of files, and knows how the manifest will name them. */
export interface ContentSink<T> extends FileSink<T> {
  /** Holds files that are not stored yet. */
  readonly batch: FileBatch
  /** Without a directory: `storeManifest` makes that. */
  manifest(files: readonly ReceivedFile<T>[]): Manifest
}

/** What all files of a gated content are encrypted under. */
export interface ContentSecrets {
  /** 32 bytes. */
  contentKey: Uint8Array
  /** `enc.id` of the manifest, 16 bytes. */
  encId: Uint8Array
  /** For whom the key is wrapped already, in a version of before. */
  keys?: Encryption['keys']
}

interface StoredFile {
  cid: CID
  /** Of a gated file, 16 bytes. */
  id: Uint8Array
}

/** For a public content: bytes go into IPFS as they are. */
export function publicSink(ctx: RequestContext, creator33: Uint8Array): ContentSink<{ cid: CID }> {
  const batch = new FileBatch(ctx.app.ipfs)
  const store = (bytes: AsyncIterable<Uint8Array>) => batch.importFile(bytes, { signal: ctx.signal })
  return {
    isGated: false,
    batch,
    store,
    async keep({ position, source }) {
      if ('cid' in source) return source
      if ('upload' in source) return store(plainBytes(ctx.app.uploads, source.upload, ctx.signal))
      if (source.kept.id !== null) refuse(position)
      return { cid: source.kept.cid }
    },
    manifest: (files) => ({ creator: creator33, enc: null, dir: null, files: files.map(manifestFile) }),
  }
}

/**
 * For a gated content: each file is encrypted under its own key before IPFS sees a byte of it. The content key is
 * wrapped to the gateway and to the creator alike, so that the creator never depends on a gateway. An upload that lies
 * here under the same key goes in as it lies.
 */
export function gatedSink(
  ctx: RequestContext,
  creator33: Uint8Array,
  { contentKey, encId, keys = [] }: ContentSecrets,
): ContentSink<StoredFile> {
  const { ipfs, uploads } = ctx.app
  const batch = new FileBatch(ipfs)
  const store = async (bytes: AsyncIterable<Uint8Array>) => {
    const id = Uint8Array.from(randomBytes(16))
    const key = fileKey(contentKey, id)
    const associatedData = fileAssociatedData(creator33, id)
    const sealed = encryptStream(bytes, { key, associatedData, signal: ctx.signal })
    const { cid } = await batch.importFile(sealed, { signal: ctx.signal })
    return { cid, id }
  }
  return {
    isGated: true,
    batch,
    store,
    async keep({ position, source }) {
      if ('cid' in source) return refuseOnIpfs(position)
      if ('kept' in source) {
        const { cid, id } = source.kept
        return id === null ? refuse(position) : { cid, id }
      }
      const { upload } = source
      if (!Buffer.from(encId).equals(hex(upload.epoch.encId))) {
        return store(plainBytes(uploads, upload, ctx.signal))
      }
      const { cid } = await batch.importFile(sealedBytes(uploads, upload), { signal: ctx.signal })
      return { cid, id: hex(upload.fileId) }
    },
    manifest: (files) => ({
      creator: creator33,
      dir: null,
      enc: {
        alg: ENCRYPTION_ALGORITHM,
        id: encId,
        keys: [
          ...keys,
          ...[ctx.app.identity.publicKey, creator33]
            .filter((to) => !keys.some((entry) => equalBytes(entry.to, to)))
            .map((to) => ({ to, key: wrapContentKey({ contentKey, creator33, encId }, to) })),
        ],
      },
      files: files.map((file) => ({ ...manifestFile(file), id: file.stored.id })),
    }),
  }
}

function refuse(position: number): never {
  throw new InvalidInputError('This file cannot be used here.', ['input', 'files', String(position)])
}

function manifestFile({ name, mediaType, size, stored }: ReceivedFile<{ cid: CID }>) {
  return { name, type: mediaType, size, cid: stored.cid }
}
