import type { RequestContext } from '../context.js'
import { unsignedBytes } from '../deso/codec.js'
import { feeFor } from '../deso/fee.js'
import { type PublicKey, publicKeyToBytes } from '../deso/keys.js'
import type { Transaction } from '../deso/transaction.js'
import { InsufficientFundsError, InvalidInputError } from '../errors.js'
import type { DraftParts } from './draft-request.js'
import { type Nonce, nonceFor } from './nonce.js'

/** The most that a signature and its length add. */
const SIGNATURE_BYTES = 74
/** Around each block a node shows an old balance for some milliseconds (facts: reads flicker). */
const SECOND_LOOK_MS = 25

/** What the chain says about a transaction that is to be made now. */
export interface ChainTerms {
  /** Committed. */
  height: number
  feeRateNanosPerKb: bigint
  /** MaxNonceExpirationBlockHeightOffset; 0: no limit. */
  networkWindow: number
  maxTxnSizeBytes: number
}

export async function chainTerms(ctx: RequestContext): Promise<ChainTerms> {
  const options = { signal: ctx.signal }
  const [tip, construction, params] = await Promise.all([
    ctx.app.chain.freshCommittedTip(options),
    ctx.app.node.constructionParams(options),
    ctx.app.node.globalParams(options),
  ])
  const { minimumNetworkFeeNanosPerKb: minimum } = params
  return {
    height: tip.height,
    feeRateNanosPerKb: construction.feeRateNanosPerKb > minimum ? construction.feeRateNanosPerKb : minimum,
    networkWindow: params.maxNonceExpirationBlockHeightOffset,
    maxTxnSizeBytes: params.maxTxnSizeBytes,
  }
}

/** The nonce that a signer's key has now. */
export function presentNonce(ctx: RequestContext, signer: PublicKey, key: string, terms: ChainTerms): Nonce {
  return nonceFor(ctx.app.identity, publicKeyToBytes(signer), key, terms)
}

/**
 * The unsigned transaction, with the least fee that the network takes and that is no less than `leastFeeNanos`.
 * Throws InvalidInputError where it is too big for the network.
 */
export function compose(
  parts: DraftParts,
  {
    signer,
    nonce,
    terms,
    leastFeeNanos,
  }: { signer: PublicKey; nonce: Nonce; terms: ChainTerms; leastFeeNanos: bigint },
): Transaction {
  const free: Transaction = {
    outputs: parts.outputs,
    metadata: parts.metadata,
    publicKey: publicKeyToBytes(signer),
    extraData: parts.extraData,
    signature: new Uint8Array(),
    version: 1n,
    feeNanos: 0n,
    nonce,
  }
  const transaction = { ...free, feeNanos: feeOf(free, terms.feeRateNanosPerKb, leastFeeNanos) }
  checkSize(transaction, terms.maxTxnSizeBytes)
  return transaction
}

function feeOf(transaction: Transaction, rate: bigint, least: bigint): bigint {
  const fee = feeFor(transaction, rate)
  if (fee >= least) return fee
  // A greater fee may be longer, and its own bytes are paid for too.
  const added =
    unsignedBytes({ ...transaction, feeNanos: least }).length -
    unsignedBytes({ ...transaction, feeNanos: fee }).length
  return least + (BigInt(added) * rate + 999n) / 1000n
}

function checkSize(transaction: Transaction, limit: number): void {
  const size = unsignedBytes(transaction).length + SIGNATURE_BYTES
  if (size <= limit) return
  throw new InvalidInputError(`This makes a transaction of ${size} bytes; the network takes ${limit}.`, [
    'input',
  ])
}

/**
 * Throws InsufficientFundsError unless the signer can pay it all now. Outputs to the signer count too: the chain
 * takes everything before it gives anything.
 */
export async function checkFunds(
  ctx: RequestContext,
  signer: PublicKey,
  transaction: Transaction,
  extraSpendNanos: bigint,
): Promise<void> {
  const required = transaction.outputs.reduce(
    (sum, output) => sum + output.amountNanos,
    transaction.feeNanos + extraSpendNanos,
  )
  if ((await balanceOf(ctx, signer)) >= required) return
  await ctx.app.clock.sleep(SECOND_LOOK_MS, ctx.signal)
  const available = await balanceOf(ctx, signer)
  if (available < required) throw new InsufficientFundsError(required, available)
}

export async function balanceOf(ctx: RequestContext, key: PublicKey): Promise<bigint> {
  const [user] = await ctx.app.node.users([key], { signal: ctx.signal })
  return user?.balanceNanos ?? 0n
}
