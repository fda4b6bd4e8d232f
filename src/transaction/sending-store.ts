import type { AppContext } from '../context.js'
import type { BlockRef } from '../deso/chain.js'
import type { RuleKind } from '../deso/rule-errors.js'
import type { Transaction } from '../deso/transaction.js'
import { StorageUnavailableError } from '../errors.js'
import type { StateStore } from '../store/state.js'
import type { TransactionKind } from './kind.js'
import { keepUntil } from './retention.js'

/**
 * All that was sent with one nonce, and what became of it: at most one of its forms can ever be mined. Written
 * before anything is sent, so that a process that dies at any point finds here what it may have done.
 */
export interface Sending {
  v: 1
  /** The draft that the nonce was made for; null: the gateway did not draft it. */
  draftKey: string | null
  /** In the order they came. */
  forms: Form[]
  /** Hashes of unsigned bytes that are never sent: what they rested on had changed before they were sent. */
  withdrawn: string[]
  /** Where looking through the blocks begins: the committed tip at draft, then at the first submit. */
  anchor: number
  /** All blocks above the anchor up to here have been looked through. */
  scannedUpTo: number
  /** All blocks from the anchor down to here have been looked through; anchor + 1 at first. */
  scannedDownTo: number
  mined: MinedForm | null
}

/** One signed form. */
export interface Form {
  id: string
  signedHex: string
  unsignedHash: string
  kind: TransactionKind
  /**
   * SENDING: recorded, the node's answer not known. ACCEPTED: a node took it. REFUSED: a node refused it. RIVAL: a
   * node said that another transaction of this nonce is in its mempool or in a block.
   */
  state: 'SENDING' | 'ACCEPTED' | 'REFUSED' | 'RIVAL'
  refusal: Refusal | null
  /** When it was last sent, in milliseconds. */
  sentAt: number
}

export interface Refusal {
  rule: string
  detail: string
  kind: RuleKind
  /** Nanos, decimal; for INSUFFICIENT_BALANCE. */
  required: string | null
  available: string | null
}

/** The form that a committed block holds: final. It need not be one that was sent from here. */
export interface MinedForm {
  id: string
  signedHex: string
  block: BlockRef
}

export interface StoredSending {
  key: string
  sending: Sending
}

const MAX_ATTEMPTS = 16

export function sendingKeyOf({ publicKey, nonce }: Pick<Transaction, 'publicKey' | 'nonce'>): string {
  const signer = Buffer.from(publicKey).toString('hex')
  return `sending:${signer}:${nonce.expirationBlockHeight}:${nonce.partialId}`
}

/** The height after which no block takes this nonce. Above 2^53 (only a foreign nonce can be): as good as never. */
export function expiryOf({ nonce }: Pick<Transaction, 'nonce'>): number {
  return Number(nonce.expirationBlockHeight)
}

export function expiryOfKey(sendingKey: string): number {
  return Number(sendingKey.split(':')[2])
}

export function newSending(anchor: number): Sending {
  return {
    v: 1,
    draftKey: null,
    forms: [],
    withdrawn: [],
    anchor,
    scannedUpTo: anchor,
    scannedDownTo: anchor + 1,
    mined: null,
  }
}

export async function loadSending(state: StateStore, key: string): Promise<StoredSending | null> {
  const entry = await state.get(key)
  return entry ? { key, sending: JSON.parse(entry.value) as Sending } : null
}

/** What is known of a transaction's id; null: it was not sent from here. */
export async function findSendingOf(state: StateStore, id: string): Promise<StoredSending | null> {
  const pointer = await state.get(pointerKeyOf(id))
  return pointer ? loadSending(state, pointer.value) : null
}

/**
 * Changes what is stored of a nonce, in the face of other gateways that do the same: `change` gets what is there
 * (null: nothing) and may be called again. Durable when it resolves; null: `change` wanted no change. `tipHeight`
 * only serves to tell how long to keep it.
 */
export async function changeSending(
  app: Pick<AppContext, 'state' | 'clock'>,
  key: string,
  tipHeight: number,
  change: (sending: Sending | null) => Sending | null,
): Promise<StoredSending | null> {
  const until = keepUntil(app.clock, expiryOfKey(key), tipHeight)
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const entry = await app.state.get(key)
    const sending = change(entry ? (JSON.parse(entry.value) as Sending) : null)
    if (!sending) return null
    const value = JSON.stringify(sending)
    const isWritten = entry
      ? await app.state.update(key, entry.version, value, until)
      : (await app.state.insert(key, value, until)).inserted
    if (isWritten) return { key, sending }
  }
  throw new StorageUnavailableError('Other gateways write the same record all the time; try again.')
}

/** Lets the id lead to the record of its nonce. Written before the record, as it does no harm alone. */
export async function pointTo(
  app: Pick<AppContext, 'state' | 'clock'>,
  id: string,
  sendingKey: string,
  tipHeight: number,
): Promise<void> {
  const until = keepUntil(app.clock, expiryOfKey(sendingKey), tipHeight)
  await app.state.insert(pointerKeyOf(id), sendingKey, until)
}

function pointerKeyOf(id: string): string {
  return `transaction:${id}`
}
