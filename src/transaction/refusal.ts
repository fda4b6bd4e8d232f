import type { RequestContext } from '../context.js'
import { publicKeyFromBytes } from '../deso/keys.js'
import type { NodeRuleError } from '../deso/rule-errors.js'
import type { Transaction } from '../deso/transaction.js'
import {
  type GatewayError,
  InsufficientFundsError,
  NodeUnavailableError,
  TransactionRejectedError,
} from '../errors.js'
import { balanceOf } from './compose.js'
import { DraftExpiredError } from './errors.js'
import type { Refusal } from './sending-store.js'

/** What a node said against a transaction, to be kept: a repeat gets the same. */
export async function refusalOf(
  ctx: RequestContext,
  error: NodeRuleError,
  transaction: Transaction,
): Promise<Refusal> {
  const { rule, detail, kind } = error
  if (kind !== 'INSUFFICIENT_BALANCE') return { rule, detail, kind, required: null, available: null }
  const { required, available } = error.shortfall ?? (await shortfallOf(ctx, transaction))
  return { rule, detail, kind, required: String(required), available: String(available) }
}

export function refusalError(refusal: Refusal): GatewayError {
  const { rule, detail, kind, required, available } = refusal
  switch (kind) {
    case 'INSUFFICIENT_BALANCE':
      return new InsufficientFundsError(BigInt(required ?? 0), BigInt(available ?? 0))
    case 'NONCE_EXPIRED':
      return new DraftExpiredError(
        'Its time is over: the chain executes it no more. Draft again with a new key.',
      )
    default:
      return new TransactionRejectedError(rule, detail)
  }
}

/** The node named no numbers; what the chain takes is known, and what the signer has is asked. */
async function shortfallOf(ctx: RequestContext, transaction: Transaction) {
  const { outputs, feeNanos, publicKey } = transaction
  const required = outputs.reduce((sum, { amountNanos }) => sum + amountNanos, feeNanos)
  try {
    return {
      required,
      available: await balanceOf(ctx, publicKeyFromBytes(publicKey, ctx.app.config.deso.network)),
    }
  } catch (error) {
    if (error instanceof NodeUnavailableError) return { required, available: 0n }
    throw error
  }
}
