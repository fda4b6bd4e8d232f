import { randomBytes } from 'node:crypto'
import { newContentKey } from '../../crypto/content-keys.js'
import type { PublicKey } from '../../deso/keys.js'
import type { Epoch, UploadRecord } from './upload-record.js'

/**
 * The uploads of all accounts, in memory, and the keys that they share.
 *
 * A content has one random key (docs/protocol.md), and while bytes come nobody knows of which content they will be. So
 * the uploads of an account share a key, its *epoch*, until one of them is published under a policy that is not PUBLIC:
 * the content takes the key, its files among these uploads go into IPFS as they lie, and the next upload begins a new
 * epoch. An upload of a key that another content has taken, or that goes into a content which has its key already, is
 * encrypted anew on its way, in memory. The key is marked as taken, durably, before a manifest names it: after a crash
 * in between no other content uses it, and the same uploads are encrypted anew.
 */
export class UploadIndex {
  readonly #records = new Map<string, UploadRecord>()
  readonly #byOwner = new Map<PublicKey, Set<string>>()
  readonly #bytes = new Map<PublicKey, number>()

  get(id: string): UploadRecord | undefined {
    return this.#records.get(id)
  }

  all(): Iterable<UploadRecord> {
    return this.#records.values()
  }

  of(owner: PublicKey): UploadRecord[] {
    return [...(this.#byOwner.get(owner) ?? [])].map((id) => this.#records.get(id) as UploadRecord)
  }

  /** Announced bytes of those that are not published. */
  bytesOf(owner: PublicKey): number {
    return this.#bytes.get(owner) ?? 0
  }

  put(record: UploadRecord): void {
    this.#count(record.owner, sizeOf(record) - sizeOf(this.#records.get(record.id)))
    this.#records.set(record.id, record)
    const ids = this.#byOwner.get(record.owner) ?? new Set()
    this.#byOwner.set(record.owner, ids.add(record.id))
  }

  delete({ id, owner }: UploadRecord): void {
    this.#count(owner, -sizeOf(this.#records.get(id)))
    this.#records.delete(id)
    const ids = this.#byOwner.get(owner)
    ids?.delete(id)
    if (ids?.size === 0) this.#byOwner.delete(owner)
  }

  /** Whether no content has taken the key. */
  isFree(owner: PublicKey, { encId }: Epoch): boolean {
    return !this.of(owner).some(({ epoch, isKeyTaken }) => isKeyTaken && epoch.encId === encId)
  }

  /** The epoch of a new upload. */
  epochOf(owner: PublicKey): Epoch {
    const records = this.of(owner)
    const taken = new Set(records.filter(({ isKeyTaken }) => isKeyTaken).map(({ epoch }) => epoch.encId))
    const current = records.find(({ isPublished, epoch }) => !isPublished && !taken.has(epoch.encId))
    return current?.epoch ?? newEpoch()
  }

  #count(owner: PublicKey, more: number): void {
    const bytes = this.bytesOf(owner) + more
    if (bytes === 0) this.#bytes.delete(owner)
    else this.#bytes.set(owner, bytes)
  }
}

function sizeOf(record: UploadRecord | undefined): number {
  return record && !record.isPublished ? record.size : 0
}

function newEpoch(): Epoch {
  return {
    encId: randomBytes(16).toString('hex'),
    contentKey: Buffer.from(newContentKey()).toString('hex'),
  }
}
