import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { writeFully } from './file-system.js'

/** Bytes that one record may have. */
export const MAX_SEALED_BYTES = 128 * 1024

const LENGTH_BYTES = 4
const NONCE_BYTES = 12
const TAG_BYTES = 16
const OVERHEAD = LENGTH_BYTES + NONCE_BYTES + TAG_BYTES
const SLOT_BYTES = MAX_SEALED_BYTES + OVERHEAD + 8
const SLOTS = [0, 1] as const

/**
 * One record in a file of its own, encrypted (AES-256-GCM), written again and again: by turns into one of two slots, so
 * that a write that is interrupted at any byte leaves the record before it. A record is durable when `write` resolves.
 * A slot is the length of what is sealed (4 bytes, big-endian) ‖ nonce (12) ‖ ciphertext ‖ tag (16); sealed is the
 * number of the write (8 bytes, big-endian) ‖ the record.
 */
export class SealedRecord {
  private constructor(
    private readonly handle: FileHandle,
    private readonly key: Uint8Array,
    private writes: bigint,
  ) {}

  /** A new file (mode 0600), which must not be there. `key`: 32 bytes, of this file alone. */
  static async create(path: string, key: Uint8Array, record: Uint8Array): Promise<SealedRecord> {
    const file = new SealedRecord(await open(path, 'wx+', 0o600), key, 0n)
    try {
      await file.write(record)
      return file
    } catch (error) {
      await file.close()
      throw error
    }
  }

  /** The file with its newest record; null: there is none in it that this key opens. */
  static async open(
    path: string,
    key: Uint8Array,
  ): Promise<{ file: SealedRecord; record: Uint8Array } | null> {
    const handle = await open(path, 'r+')
    try {
      const [newest] = (await Promise.all(SLOTS.map((slot) => readSlot(handle, key, slot))))
        .filter((found) => found !== null)
        .sort((a, b) => Number(b.writes - a.writes))
      if (newest) return { file: new SealedRecord(handle, key, newest.writes), record: newest.record }
    } catch (error) {
      await handle.close()
      throw error
    }
    await handle.close()
    return null
  }

  /** One at a time. Rejects with the system's error; the record before then still stands. */
  async write(record: Uint8Array): Promise<void> {
    if (record.length > MAX_SEALED_BYTES) {
      throw new RangeError(`A sealed record has at most ${MAX_SEALED_BYTES} bytes, not ${record.length}.`)
    }
    const writes = this.writes + 1n
    const number = Buffer.alloc(8)
    number.writeBigUInt64BE(writes)
    await writeFully(this.handle, seal(this.key, [number, record]), Number((writes + 1n) % 2n) * SLOT_BYTES)
    await this.handle.datasync()
    this.writes = writes
  }

  close(): Promise<void> {
    return this.handle.close()
  }
}

function seal(key: Uint8Array, parts: readonly Uint8Array[]): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  const sealed = parts.map((part) => cipher.update(part))
  cipher.final()
  const body = Buffer.concat([nonce, ...sealed, cipher.getAuthTag()])
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32BE(body.length)
  return Buffer.concat([length, body])
}

async function readSlot(
  handle: FileHandle,
  key: Uint8Array,
  slot: number,
): Promise<{ writes: bigint; record: Uint8Array } | null> {
  const bytes = Buffer.alloc(SLOT_BYTES)
  const { bytesRead } = await handle.read(bytes, 0, SLOT_BYTES, slot * SLOT_BYTES)
  if (bytesRead < OVERHEAD + 8) return null
  const length = bytes.readUInt32BE(0)
  const body = bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length)
  const isWhole = length >= NONCE_BYTES + TAG_BYTES + 8 && LENGTH_BYTES + length <= bytesRead
  if (!isWhole) return null
  const decipher = createDecipheriv('aes-256-gcm', key, body.subarray(0, NONCE_BYTES))
  const plain = decipher.update(body.subarray(NONCE_BYTES, -TAG_BYTES))
  decipher.setAuthTag(body.subarray(-TAG_BYTES))
  try {
    decipher.final()
  } catch {
    return null
  }
  return { writes: plain.readBigUInt64BE(0), record: Uint8Array.from(plain.subarray(8)) }
}
