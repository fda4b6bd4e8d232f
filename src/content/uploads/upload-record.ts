import type { PublicKey } from '../../deso/keys.js'

/** The key that the uploads of an account share until one of them is published; hex. */
export interface Epoch {
  /** 16 bytes: `enc.id` of the manifest that takes the key. */
  encId: string
  /** 32 bytes. */
  contentKey: string
}

/** An upload that resumes, as it lies sealed on disk. */
export interface UploadRecord {
  /** 32 hex digits. */
  readonly id: string
  readonly owner: PublicKey
  /** Of the plain bytes, as announced. */
  readonly size: number
  /** What the client said of it (tus `Upload-Metadata`). */
  readonly metadata: Readonly<Record<string, string | null>>
  readonly name: string | null
  readonly mediaType: string | null
  readonly epoch: Epoch
  /** 16 bytes, hex. */
  readonly fileId: string
  /** With which the ciphertext begins; 40 bytes, hex. */
  readonly header: string
  /** Plain bytes that are on disk for good, sealed or pending. */
  readonly offset: number
  /** `PlainDigest.chain` over the sealed segments; hex. */
  readonly chain: string
  /** Of all plain bytes; null as long as they have not all come. */
  readonly digest: string | null
  /** The epoch's key may stand in a manifest: no other content may take it. */
  readonly isKeyTaken: boolean
  /** Its bytes are in IPFS, and no longer here: kept to know a repeat. */
  readonly isPublished: boolean
  /** The media type that its first bytes told (`typeByBytes`); there once it is published. */
  readonly bytesType?: string | null
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

export function isWhole({ digest }: UploadRecord): boolean {
  return digest !== null
}

/** Length of the JSON (4 bytes, big-endian) ‖ JSON ‖ pending plain bytes: to be sealed. */
export function encodeRecord(record: UploadRecord, pending: Uint8Array): Uint8Array {
  const json = Buffer.from(JSON.stringify(record))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(json.length)
  return Buffer.concat([length, json, pending])
}

export function decodeRecord(bytes: Uint8Array): { record: UploadRecord; pending: Uint8Array } {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const end = 4 + buffer.readUInt32BE(0)
  return { record: JSON.parse(buffer.toString('utf8', 4, end)), pending: buffer.subarray(end) }
}
