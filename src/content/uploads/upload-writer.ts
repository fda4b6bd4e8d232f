import { type FileHandle, open } from 'node:fs/promises'
import { fileAssociatedData, fileKey } from '../../crypto/content-keys.js'
import type { GatewayIdentity } from '../../crypto/gateway-identity.js'
import { SegmentSealer } from '../../crypto/segment-sealer.js'
import { publicKeyToBytes } from '../../deso/keys.js'
import { writeFully } from '../../store/file-system.js'
import type { SealedRecord } from '../../store/sealed-record.js'
import { PlainDigest } from '../plain-digest.js'
import { countFlow } from '../sweep-buffers.js'
import type { UploadFiles } from './upload-files.js'
import { encodeRecord, type UploadRecord } from './upload-record.js'

/** What goes to the disk in one write: sixteen segments. */
const BUFFER_BYTES = 1_048_576
/** What a kill can cost, at most. */
const CHECKPOINT_BYTES = 8 * 1_048_576
/** The same for a slow line, in milliseconds. */
const CHECKPOINT_MS = 1_000

export interface UploadSecrets {
  key: Uint8Array
  associatedData: Uint8Array
}

export function secretsOf({ owner, epoch, fileId }: UploadRecord): UploadSecrets {
  const id = hex(fileId)
  return {
    key: fileKey(hex(epoch.contentKey), id),
    associatedData: fileAssociatedData(publicKeyToBytes(owner), id),
  }
}

/**
 * Writes on where an upload stands. Bytes are sealed in memory, so that the disk sees ciphertext alone; what fills no
 * segment yet stands in the sealed record. A checkpoint syncs the ciphertext first, then the record that counts it:
 * after a kill at any byte the record never promises what is not there. What lies behind it is written again.
 */
export class UploadWriter {
  readonly #buffer = Buffer.allocUnsafe(BUFFER_BYTES)
  #filled = 0
  /** Bytes of ciphertext in the file. */
  #written: number
  #checkpointAt: number
  /** Bytes of ciphertext that the record counts; more may lie behind them. */
  #counted: number
  #hasMore = false
  #checkpointMs = performance.now()

  private constructor(
    private readonly bytes: FileHandle,
    private readonly state: SealedRecord,
    private readonly sealer: SegmentSealer,
    private readonly digest: PlainDigest,
    /** Of the last checkpoint. */
    public record: UploadRecord,
    /** Until when it is kept, after a change at this time. */
    private readonly expiry: () => number,
  ) {
    this.#written = sealer.sealedBytes
    this.#counted = this.#written
    this.#checkpointAt = record.offset
  }

  /** Null: the upload cannot be opened. Rejects with the system's errors. */
  static async open(
    files: UploadFiles,
    id: string,
    identity: Pick<GatewayIdentity, 'secret'>,
    expiry: () => number,
  ): Promise<UploadWriter | null> {
    const opened = await files.openState(id)
    if (!opened) return null
    const { file, record, pending } = opened
    try {
      const { size: plainSize, offset } = record
      const header = hex(record.header)
      const sealer = new SegmentSealer({ ...secretsOf(record), header, plainSize, offset, pending })
      const digest = new PlainDigest(identity, { chain: hex(record.chain), size: offset - pending.length })
      digest.update(pending)
      const bytes = await open(files.bytesOf(id), 'r+')
      return new UploadWriter(bytes, file, sealer, digest, record, expiry)
    } catch (error) {
      await file.close()
      throw error
    }
  }

  /** RangeError beyond the announced size. */
  async write(chunk: Uint8Array): Promise<void> {
    const sealed: Uint8Array[] = []
    this.sealer.update(chunk, (piece) => sealed.push(piece))
    this.digest.update(chunk)
    countFlow(chunk.length)
    for (const piece of sealed) await this.#put(piece)
    const isDue =
      this.sealer.offset - this.#checkpointAt >= CHECKPOINT_BYTES ||
      performance.now() - this.#checkpointMs >= CHECKPOINT_MS
    if (isDue) await this.checkpoint()
  }

  /** All that came is durable when it resolves. */
  async checkpoint(): Promise<void> {
    const { offset, isDone } = this.sealer
    this.#checkpointMs = performance.now()
    if (offset === this.record.offset) return
    await this.#flush()
    await this.bytes.datasync()
    const record: UploadRecord = {
      ...this.record,
      offset,
      chain: Buffer.from(this.digest.chain).toString('hex'),
      digest: isDone ? this.digest.finish() : null,
      expiresAt: this.expiry(),
    }
    await this.state.write(encodeRecord(record, this.sealer.pending))
    this.record = record
    this.#checkpointAt = offset
    this.#counted = this.#written
    this.#hasMore = false
  }

  /** What no checkpoint counts gives its room back: there may be none left. */
  async close(): Promise<void> {
    try {
      if (this.#hasMore) await this.bytes.truncate(this.#counted)
    } finally {
      await this.bytes.close()
      await this.state.close()
    }
  }

  async #put(piece: Uint8Array): Promise<void> {
    if (this.#filled + piece.length > BUFFER_BYTES) await this.#flush()
    this.#buffer.set(piece, this.#filled)
    this.#filled += piece.length
  }

  async #flush(): Promise<void> {
    if (this.#filled === 0) return
    this.#hasMore = true
    await writeFully(this.bytes, this.#buffer.subarray(0, this.#filled), this.#written)
    this.#written += this.#filled
    this.#filled = 0
  }
}

export function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'hex'))
}
