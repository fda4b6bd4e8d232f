import type { RequestContext } from '../../context.js'
import { publicKeyFromBytes } from '../../deso/keys.js'
import type { NodeAssociation } from '../../deso/node.js'
import type { Transaction } from '../../deso/transaction.js'
import { SUBSCRIPTION_TYPE } from '../../protocol/records.js'
import type { KindReader } from './kind.js'

/** The bytes only name the entry that goes, so the node is asked what it is. */
export const unsubscribe: KindReader = {
  kind: 'UNSUBSCRIBE',
  async recognises(transaction, ctx) {
    const { metadata } = transaction
    if (metadata.type !== 'DELETE_USER_ASSOCIATION') return false
    const entry = await ctx.loaders.associationById.load(Buffer.from(metadata.associationId).toString('hex'))
    return entry !== null && isOwnSubscription(entry, transaction, ctx)
  },
  does: () => 'deletes a subscription, and gives up what was paid for',
}

function isOwnSubscription(entry: NodeAssociation, transaction: Transaction, ctx: RequestContext): boolean {
  const signer = publicKeyFromBytes(transaction.publicKey, ctx.app.config.deso.network)
  return entry.isAppZero && entry.transactor === signer && entry.type.toUpperCase() === SUBSCRIPTION_TYPE
}
