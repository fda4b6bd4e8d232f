import type { StateStore } from '../store/state.js'
import type { JsonValue, SubscribeBasis } from './draft-request.js'
import { sha256Hex } from './idempotency.js'
import type { TransactionKind } from './kind.js'

/** What an idempotency key stands for. The bytes say signer, outputs, fee and nonce. */
export interface DraftRecord {
  v: 1
  operation: string
  fingerprint: string
  /** Of its input (idempotency.ts); drafts of former versions have none. */
  parts?: Record<string, string>
  kind: TransactionKind
  unsignedHex: string
  summary: string
  /** By the verb; else it was read from the bytes, and is again when they change. */
  isSummaryGiven: boolean
  /** Nanos, decimal. */
  extraSpendNanos: string
  subscribe: SubscribeBasis | null
  attachment: JsonValue
  /** Asked for by its signer, signed in: nobody else's request can have displaced it, nor can one now. */
  isPinnedBySigner: boolean
  /** What the bytes that it replaced were drafted against, for the case that they get signed after all. */
  replaced: { unsignedHash: string; subscribe: SubscribeBasis }[]
}

export interface StoredDraft {
  record: DraftRecord
  version: number
}

const MAX_REPLACED = 16

/** `signer` is the 33 bytes. The key itself is the caller's secret, if it likes, and is not kept. */
export function draftKeyOf(signer: Uint8Array, idempotencyKey: string): string {
  return `draft:${Buffer.from(signer).toString('hex')}:${sha256Hex(idempotencyKey)}`
}

export async function loadDraft(state: StateStore, key: string): Promise<StoredDraft | null> {
  const entry = await state.get(key)
  return entry ? { record: JSON.parse(entry.value) as DraftRecord, version: entry.version } : null
}

/** The draft that a nonce was made for; null: none, or it is no longer kept. */
export async function draftOfSending(
  state: StateStore,
  draftKey: string | null,
): Promise<StoredDraft | null> {
  return draftKey === null ? null : loadDraft(state, draftKey)
}

/** Durable when it resolves; false: somebody else was faster, so load again. */
export async function saveDraft(
  state: StateStore,
  key: string,
  record: DraftRecord,
  before: StoredDraft | null,
  keepUntil: number,
): Promise<boolean> {
  const value = JSON.stringify(record)
  if (before) return state.update(key, before.version, value, keepUntil)
  return (await state.insert(key, value, keepUntil)).inserted
}

/** The bases of replaced bytes, with those of `before` among them. */
export function replacedBy(before: DraftRecord): DraftRecord['replaced'] {
  const { subscribe, unsignedHex, replaced } = before
  if (!subscribe) return replaced
  return [...replaced, { unsignedHash: unsignedHashOf(unsignedHex), subscribe }].slice(-MAX_REPLACED)
}

/** What those unsigned bytes were drafted against; null: they are no SUBSCRIBE of this draft. */
export function basisOf(record: DraftRecord, unsignedHash: string): SubscribeBasis | null {
  if (unsignedHashOf(record.unsignedHex) === unsignedHash) return record.subscribe
  return record.replaced.find((each) => each.unsignedHash === unsignedHash)?.subscribe ?? null
}

/** Names unsigned bytes, which several signatures may share. */
export function unsignedHashOf(unsigned: string | Uint8Array): string {
  return sha256Hex(typeof unsigned === 'string' ? Buffer.from(unsigned, 'hex') : unsigned)
}
