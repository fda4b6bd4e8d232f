import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import type { Clock } from '../../clock.js'
import type { GatewayIdentity } from '../../crypto/gateway-identity.js'
import { newHeader } from '../../crypto/segment-cipher.js'
import { SegmentSealer } from '../../crypto/segment-sealer.js'
import { ciphertextSize } from '../../crypto/streaming-aead.js'
import type { PublicKey } from '../../deso/keys.js'
import { PlainDigest } from '../plain-digest.js'
import { type Checksum, checkedPart } from './checked-part.js'
import { NoSuchUploadError, TooManyUploadsError } from './errors.js'
import { loadUploads } from './load-uploads.js'
import { bytesTypeOf } from './read-upload.js'
import { UploadFiles, uploadError } from './upload-files.js'
import { UploadHolds } from './upload-holds.js'
import { UploadIndex } from './upload-index.js'
import type { UploadRecord } from './upload-record.js'
import { secretsOf, UploadWriter } from './upload-writer.js'

export interface UploadStoreOptions {
  dir: string
  identity: Pick<GatewayIdentity, 'secret'>
  clock: Clock
  log: Pick<Logger, 'warn'>
  /** Of one account. */
  maxOpen: number
  /** How long an upload is kept after its last byte. */
  keptSeconds: number
}

export type NewUpload = Pick<UploadRecord, 'owner' | 'size' | 'metadata' | 'name' | 'mediaType'> & {
  /** 32 hex digits; a new one unless given. */
  id?: string
}

/** As long as a draft that names what it became, and a little more. */
const PUBLISHED_KEPT_MS = 16 * 86_400_000
const SWEEP_MS = 600_000
const UPDATES_AT_ONCE = 16

/**
 * Uploads that resume, of all accounts: what lies between two parts. It knows their bytes, owners and ends; who may ask
 * and what becomes of them is not its business. On disk there is ciphertext alone, in the form that a gated content
 * takes over as it is (upload-writer.ts, upload-files.ts say how; upload-index.ts under which keys).
 */
export class UploadStore {
  /** Publishing them. */
  readonly holds = new UploadHolds()
  readonly #index = new UploadIndex()
  readonly #writing = new Set<string>()
  readonly #appending = new Set<Promise<number>>()
  readonly #timer: NodeJS.Timeout

  private constructor(
    private readonly files: UploadFiles,
    private readonly options: UploadStoreOptions,
  ) {
    this.#timer = setInterval(() => void this.sweep().catch(() => {}), SWEEP_MS)
    this.#timer.unref()
  }

  /** Throws what the disk throws, as the API's errors. */
  static async open(options: UploadStoreOptions): Promise<UploadStore> {
    const { clock, keptSeconds, log } = options
    try {
      const files = await UploadFiles.open(options.dir, options.identity)
      const records = await loadUploads(files, {
        unreadableUntil: clock.now() - keptSeconds * 1000,
        onUnreadable: (upload) =>
          log.warn({ upload }, 'an upload cannot be opened: of another GATEWAY_SEED, or torn'),
      })
      const store = new UploadStore(files, options)
      for (const record of records) store.#index.put(record)
      await store.sweep()
      return store
    } catch (error) {
      throw uploadError(error)
    }
  }

  /** A new upload, durable when it resolves. Throws TooManyUploadsError, or what the disk throws. */
  async create(input: NewUpload): Promise<UploadRecord> {
    const { maxOpen } = this.options
    if (this.openUploads(input.owner).length >= maxOpen) throw new TooManyUploadsError(maxOpen)
    const { sealed, record } = this.#newUpload(input)
    // Counts from here on, so that many at once keep to the limits.
    this.#index.put(record)
    try {
      await this.sweep()
      await this.files.create(record, sealed)
      return record
    } catch (error) {
      await this.remove(record.id).catch(() => {})
      throw uploadError(error)
    }
  }

  /** Published ones too. */
  has(id: string): boolean {
    return this.#index.get(id) !== undefined
  }

  /** Null: unknown, or published. One whose time is over may still be there. */
  get(id: string): UploadRecord | null {
    const record = this.#index.get(id)
    return record && !record.isPublished ? record : null
  }

  /** The same, published ones too, but none that is another's or over. */
  find(id: string, owner: PublicKey): UploadRecord | null {
    const record = this.#index.get(id)
    return record && record.owner === owner && record.expiresAt > this.options.clock.now() ? record : null
  }

  /** Those that count: not published, not over. */
  openUploads(owner: PublicKey): UploadRecord[] {
    const now = this.options.clock.now()
    return this.#index.of(owner).filter(({ isPublished, expiresAt }) => !isPublished && expiresAt > now)
  }

  /** Announced bytes of those that are not published; what is over counts until it is swept. */
  openBytes(owner: PublicKey): number {
    return this.#index.bytesOf(owner)
  }

  /**
   * Writes bytes on where the upload stands, and answers where it then stands. One writer at a time is the caller's
   * business. Whatever ends the source, what came of it is kept and synced, except with a checksum: then all or nothing
   * counts. Throws what the source throws, ChecksumMismatchError, or what the disk throws.
   */
  append(id: string, source: AsyncIterable<Uint8Array>, checksum: Checksum | null): Promise<number> {
    const appending = this.#append(id, source, checksum)
    this.#appending.add(appending)
    const end = () => this.#appending.delete(appending)
    appending.then(end, end)
    return appending
  }

  async remove(id: string): Promise<void> {
    const record = this.#index.get(id)
    if (!record) return
    this.#index.delete(record)
    await this.files.remove(id)
  }

  /** Where the ciphertext lies, its size, and what opens it. */
  sealedFile(record: UploadRecord) {
    return { path: this.files.bytesOf(record.id), size: ciphertextSize(record.size), ...secretsOf(record) }
  }

  /** Gives the epoch's key to a content, for good as soon as it resolves; false: another content has it. */
  async takeKey(record: UploadRecord): Promise<boolean> {
    if (!this.#index.isFree(record.owner, record.epoch)) return false
    const taken = { ...record, isKeyTaken: true }
    this.#index.put(taken)
    await this.#update(taken)
    return true
  }

  /** Their bytes are durable in IPFS: what lies here goes. */
  async published(ids: readonly string[]): Promise<void> {
    const expiresAt = this.options.clock.now() + PUBLISHED_KEPT_MS
    for (let at = 0; at < ids.length; at += UPDATES_AT_ONCE) {
      await Promise.all(
        ids.slice(at, at + UPDATES_AT_ONCE).map(async (id) => {
          const record = this.get(id)
          if (!record) return
          const epoch = { encId: record.epoch.encId, contentKey: '' }
          const bytesType = await bytesTypeOf(this, record).catch(() => null)
          await this.#update({ ...record, bytesType, epoch, isPublished: true, expiresAt })
          await this.files.removeBytes(id)
        }),
      )
    }
  }

  /** Removes what is over. */
  async sweep(): Promise<void> {
    const now = this.options.clock.now()
    for (const { id, expiresAt } of this.#index.all()) {
      if (expiresAt <= now && !this.#writing.has(id) && !this.holds.isHeld(id)) await this.remove(id)
    }
  }

  /** Waits for parts whose connections have ended: what came of them is synced. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.allSettled(this.#appending)
  }

  #newUpload({ id = randomBytes(16).toString('hex'), ...input }: NewUpload) {
    const digest = new PlainDigest(this.options.identity)
    const record: UploadRecord = {
      ...input,
      id,
      epoch: this.#index.epochOf(input.owner),
      fileId: randomBytes(16).toString('hex'),
      header: Buffer.from(newHeader()).toString('hex'),
      offset: 0,
      chain: Buffer.from(digest.chain).toString('hex'),
      digest: input.size === 0 ? digest.finish() : null,
      isKeyTaken: false,
      isPublished: false,
      expiresAt: this.#expiry(),
    }
    const sealed: Uint8Array[] = []
    const header = Uint8Array.from(Buffer.from(record.header, 'hex'))
    const sealer = new SegmentSealer({ ...secretsOf(record), header, plainSize: input.size })
    sealer.finishEmpty((piece) => sealed.push(piece))
    return { record, sealed }
  }

  async #append(id: string, source: AsyncIterable<Uint8Array>, checksum: Checksum | null): Promise<number> {
    const expiry = () => this.#expiry()
    const writer = await UploadWriter.open(this.files, id, this.options.identity, expiry)
    if (!writer) throw new NoSuchUploadError()
    this.#writing.add(id)
    try {
      try {
        const bytes = checksum ? checkedPart(source, checksum, this.files.partOf(id)) : source
        for await (const chunk of bytes) await writer.write(chunk)
      } finally {
        await writer.checkpoint()
      }
      return writer.record.offset
    } catch (error) {
      throw uploadError(error)
    } finally {
      this.#writing.delete(id)
      this.#index.put(writer.record)
      await writer.close()
    }
  }

  #expiry(): number {
    return this.options.clock.now() + this.options.keptSeconds * 1000
  }

  async #update(record: UploadRecord): Promise<void> {
    try {
      await this.files.update(record)
      this.#index.put(record)
    } catch (error) {
      throw uploadError(error)
    }
  }
}
