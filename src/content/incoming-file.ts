import type { CID } from 'multiformats/cid'
import type { UploadRecord } from './uploads/upload-record.js'

/** A file that is being uploaded: its bytes come straight from the connection, once. */
export interface IncomingFile {
  /** Its place in the caller's list, from 0: parts may arrive in another order. */
  position: number
  name: string
  mediaType: string
  /** To be read once. Throws InvalidInputError where they end before the file does. */
  bytes(): AsyncIterable<Uint8Array>
}

/** A file that needs no connection: a resumable upload that is whole, or a file that is on IPFS already. */
export interface FileAtHand {
  position: number
  /** Null: what its source says. */
  name: string | null
  mediaType: string | null
  source: { uploadId: string } | { cid: CID }
}

/** A file at hand that has been looked up, and may be used by this caller. */
export interface FoundFile {
  position: number
  name: string
  mediaType: string
  /** Of the plain bytes. */
  size: number
  /** Stands for the plain bytes where a repeat is told from another request. */
  digest: string
  source: { upload: UploadRecord } | { cid: CID } | { kept: KeptFile }
}

/** A file of the present version of a content. */
export interface KeptFile {
  cid: CID
  /** 16 bytes; null: it is stored as it is. */
  id: Uint8Array | null
}
