import type { RequestContext } from '../context.js'
import type { CommittedBlock } from '../deso/chain.js'
import { findForm } from './locate.js'
import { expiryOfKey, findSendingOf } from './sending-store.js'

/** What the store alone says of a transaction that was sent from here: enough to know when to look again. */
export interface Glimpse {
  /** Of its nonce. */
  key: string
  /** Other than before: something has become of it. */
  state: string
  /** The height after which no block takes its nonce. */
  expiresAtHeight: number
}

/** Asks no node. Null: nothing of this id was sent from here. */
export async function glimpse(ctx: RequestContext, id: string): Promise<Glimpse | null> {
  const stored = await findSendingOf(ctx.app.state, id)
  if (!stored) return null
  const { forms, mined } = stored.sending
  const state = JSON.stringify([mined?.id, forms.map((form) => [form.id, form.state])])
  return { key: stored.key, state, expiresAtHeight: expiryOfKey(stored.key) }
}

/** Does the block hold it, or another form of its nonce? */
export function isIn(block: CommittedBlock, id: string, seen: Glimpse | null): boolean {
  if (block.transactions.some((transaction) => transaction.id === id)) return true
  return seen !== null && findForm(block, seen.key) !== null
}
