import { createHmac } from 'node:crypto'
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { GatewayIdentity } from '../../crypto/gateway-identity.js'
import { isDiskFull, StorageFullError, StorageUnavailableError } from '../../errors.js'
import { syncDirectory } from '../../store/file-system.js'
import { SealedRecord } from '../../store/sealed-record.js'
import { decodeRecord, encodeRecord, type UploadRecord } from './upload-record.js'

/**
 * Where uploads lie (mode 0700): `<id>.state`, the sealed record with the pending plain bytes; `<id>.bytes`, the
 * ciphertext; `<id>.part`, a part that waits for its checksum, under a key that is nowhere on disk.
 */
export class UploadFiles {
  private constructor(
    private readonly dir: string,
    private readonly identity: Pick<GatewayIdentity, 'secret'>,
  ) {}

  static async open(dir: string, identity: Pick<GatewayIdentity, 'secret'>): Promise<UploadFiles> {
    await mkdir(dir, { recursive: true, mode: 0o700 })
    return new UploadFiles(dir, identity)
  }

  bytesOf(id: string): string {
    return join(this.dir, `${id}.bytes`)
  }

  partOf(id: string): string {
    return join(this.dir, `${id}.part`)
  }

  /** A new upload whose ciphertext begins with these bytes; durable when it resolves. */
  async create(record: UploadRecord, sealed: readonly Uint8Array[]): Promise<void> {
    const bytes = await open(this.bytesOf(record.id), 'wx', 0o600)
    try {
      if (sealed.length > 0) await bytes.writev(sealed as Uint8Array[])
      await bytes.datasync()
    } finally {
      await bytes.close()
    }
    const state = encodeRecord(record, new Uint8Array(0))
    await (await SealedRecord.create(this.#stateOf(record.id), this.#keyOf(record.id), state)).close()
    await syncDirectory(this.dir)
  }

  /** The sealed record, to go on writing; null where this gateway cannot open it. */
  async openState(
    id: string,
  ): Promise<{ file: SealedRecord; record: UploadRecord; pending: Uint8Array } | null> {
    const opened = await SealedRecord.open(this.#stateOf(id), this.#keyOf(id))
    return opened && { file: opened.file, ...decodeRecord(opened.record) }
  }

  /** Replaces the record of an upload that nobody writes. */
  async update(record: UploadRecord): Promise<void> {
    const opened = await this.openState(record.id)
    if (!opened) return
    try {
      await opened.file.write(encodeRecord(record, opened.pending))
    } finally {
      await opened.file.close()
    }
  }

  /** Without its state an upload is gone, whatever else is left. */
  async remove(id: string): Promise<void> {
    for (const path of [this.#stateOf(id), this.bytesOf(id), this.partOf(id)]) await rm(path, { force: true })
  }

  async removeBytes(id: string): Promise<void> {
    await rm(this.bytesOf(id), { force: true })
  }

  /** The ids of all states; what belongs to none is removed. */
  async list(): Promise<string[]> {
    const names = await readdir(this.dir)
    const ids = new Set(names.filter((name) => name.endsWith('.state')).map((name) => name.slice(0, -6)))
    for (const name of names) {
      const isLeftOver = name.endsWith('.part') || (name.endsWith('.bytes') && !ids.has(name.slice(0, -6)))
      if (isLeftOver) await rm(join(this.dir, name), { force: true })
    }
    return [...ids]
  }

  async bytesSize(id: string): Promise<number> {
    return (await stat(this.bytesOf(id)).catch(() => null))?.size ?? -1
  }

  /** When the state was last written, in milliseconds since the epoch. */
  async changedAt(id: string): Promise<number> {
    return (await stat(this.#stateOf(id))).mtimeMs
  }

  #stateOf(id: string): string {
    return join(this.dir, `${id}.state`)
  }

  #keyOf(id: string): Uint8Array {
    return createHmac('sha256', this.identity.secret('uploads')).update(id).digest()
  }
}

/** A system error as the API's; others unchanged. */
export function uploadError(error: unknown): unknown {
  const { errno, code } = error as NodeJS.ErrnoException
  if (isDiskFull(error)) return new StorageFullError('The disk for uploads is full.', error)
  if (errno === undefined) return error
  return new StorageUnavailableError(`The disk for uploads fails (${code}).`, error)
}
