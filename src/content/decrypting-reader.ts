import { LRUCache } from 'lru-cache'
import { HEADER_BYTES } from '../crypto/segment-layout.js'
import { decryptRange } from '../crypto/streaming-aead.js'
import type { IpfsStore } from '../ipfs/store.js'
import type { ContentFile } from './content.js'
import type { FileSecrets } from './file-secrets.js'
import type { OpenedFile } from './open-file.js'

/** Headers of ciphertexts that have opened, by their CIDs: no range of one needs to read it again. */
const headers = new LRUCache<string, Uint8Array>({ max: 10_000 })

/** The plain bytes of an encrypted file. */
export function decryptingReader(
  ipfs: IpfsStore,
  file: ContentFile,
  secrets: FileSecrets,
): OpenedFile['read'] {
  const key = file.cid.toString()
  return async function* (offset, length, signal) {
    const known = headers.get(key)
    let read: Uint8Array | undefined
    const plain = decryptRange({
      ...secrets,
      plainSize: file.size,
      offset,
      length,
      signal,
      header: known,
      async *read(from, bytes) {
        const isHeader = from === 0 && bytes === HEADER_BYTES
        for await (const chunk of ipfs.readFile(file.cid, { offset: from, length: bytes }, { signal })) {
          if (isHeader && chunk.length === HEADER_BYTES) read = Uint8Array.from(chunk)
          yield chunk
        }
      },
    })
    for await (const chunk of plain) {
      // Only now it is known to be sound.
      if (read) headers.set(key, read)
      read = undefined
      yield chunk
    }
  }
}
