import type { RecordRef } from '../deso/chain.js'
import type { PublicKey } from '../deso/keys.js'
import type { TransactionMetadata, TransactionOutput } from '../deso/transaction.js'
import type { TransactionKind } from './kind.js'
import type { TransactionPreview } from './preview.js'

/** What JSON can say; bigints and byte strings are written as text by the caller. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined }

/**
 * What a verb asks of `createDraft`. Checks of the input's form come before it; whatever depends on the chain
 * (plan, balance, newest record) belongs into `build`, because a key that is known answers its first draft and
 * must not fail on what has changed since.
 */
export interface DraftRequest {
  /** The business action, e.g. 'subscribe': a key spans operations. */
  operation: string
  /** What the caller gave, defaults filled in, without signer and key. Key order, null and undefined do not matter. */
  input: { readonly [key: string]: JsonValue | undefined }
  signer: PublicKey
  /** 1 to 128 visible ASCII characters, scoped to the signer. */
  idempotencyKey: string
  kind: TransactionKind
  /**
   * Called when the key stands for nothing yet. May throw any GatewayError, which pins nothing. After a refused submit
   * it is not called again: the same parts get the same nonce and a greater fee.
   */
  build(): Promise<DraftParts> | DraftParts
  /** Makes durable what a new draft rests on, before anybody can sign it. What it throws pins nothing. */
  secure?(placed: PlacedDraft): Promise<void>
}

/** Where a draft will stand on the chain, if it does. */
export interface PlacedDraft {
  /** Of its nonce (sending-store.ts). */
  sendingKey: string
  /** Of the committed tip: no block up to it holds the draft. */
  tipHeight: number
  expiresAtHeight: number
}

export interface DraftParts {
  outputs: readonly TransactionOutput[]
  metadata: TransactionMetadata
  /** Keys as in `Transaction.extraData`. */
  extraData: ReadonlyMap<string, Uint8Array>
  /** What leaves the balance beside outputs and fee: the fee of a first profile. Default 0. */
  extraSpendNanos?: bigint
  /** One sentence: who pays what to whom, for what. Default: read from the bytes, as for any transaction. */
  summary?: string
  /** For SUBSCRIBE: what it was drafted against, looked at again before it is first sent. */
  subscribe?: SubscribeBasis
  /** Anything the verb wants back with the draft whenever the key is asked again; at most 64 KiB as JSON. */
  attachment?: JsonValue
}

/** What a SUBSCRIBE draft rests on (design.md §6). */
export interface SubscribeBasis {
  creator: PublicKey
  slug: string
  /** The plan version that it pays for. */
  plan: RecordRef
  /** Id of the fan's newest record when it was drafted; null: there was none. */
  head: string | null
}

/** An unsigned transaction, durable before it is answered: the same key and input give these very bytes again. */
export interface Draft {
  kind: TransactionKind
  /** Lower-case hex; the signer signs sha256d of these bytes. */
  unsignedHex: string
  signer: PublicKey
  preview: TransactionPreview
  /** The chain executes it in no block above this height. */
  expiresAtHeight: number
  /** What `build` attached; null without. */
  attachment: JsonValue
}
