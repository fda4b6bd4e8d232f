import { encodeTransaction } from '../../deso/codec.js'
import { feeFor } from '../../deso/fee.js'
import { transactionId } from '../../deso/signature.js'
import type { Transaction, TransactionMetadata, TransactionOutput } from '../../deso/transaction.js'
import { toHex } from '../go/hex.js'
import { list, struct, text, textMap, uint64 } from '../go/json-fields.js'
import type { GoJson } from '../go/json-write.js'
import { DEFAULT_NONCE_OFFSET } from '../ledger/params.js'
import { RuleRefusal } from '../ledger/rule-refusal.js'
import type { NodeView } from '../node-view.js'
import { type TransactionStyle, transactionJson } from '../views/transaction-json.js'
import { decodeCheck } from '../wire/base58-check.js'
import { estimateFeeRate } from './fee-rate.js'
import { NodeError } from './reply.js'

/**
 * Building unsigned transactions, as a node does for its callers: its fee, a nonce of its own. Nothing is stored, and
 * nobody's balance is looked at.
 */
export interface Draft {
  owner: Uint8Array
  metadata: TransactionMetadata
  outputs: readonly TransactionOutput[]
  extraData: ReadonlyMap<string, Uint8Array>
  minFeeRate: bigint
  /** A fresh one unless given. */
  nonce?: Transaction['nonce']
}

export interface Constructed {
  transaction: Transaction
  hex: string
  /** Of the unsigned bytes: not what the transaction's id will be. */
  hash: string
}

/** Fields that all construct requests share. */
export const CONSTRUCT_FIELDS = {
  MinFeeRateNanosPerKB: uint64,
  TransactionFees: list(
    struct('TransactionFee', { PublicKeyBase58Check: text, AmountNanos: uint64 }),
    '[]routes.TransactionFee',
  ),
  ExtraData: textMap,
}

export function construct(node: NodeView, draft: Draft): Constructed {
  const unpaid: Transaction = {
    outputs: draft.outputs,
    metadata: draft.metadata,
    publicKey: draft.owner,
    extraData: draft.extraData,
    signature: new Uint8Array(),
    version: 1n,
    feeNanos: 0n,
    nonce: draft.nonce ?? freshNonce(node),
  }
  const feeNanos = feeFor(unpaid, estimateFeeRate(node.params, draft.minFeeRate))
  const transaction = { ...unpaid, feeNanos }
  const bytes = encodeTransaction(transaction)
  return { transaction, hex: toHex(bytes), hash: transactionId(bytes) }
}

/** Ten blocks short of what the network allows. */
export function freshNonce(node: NodeView): Transaction['nonce'] {
  const offset = node.params.maxNonceExpirationOffset || DEFAULT_NONCE_OFFSET
  return {
    expirationBlockHeight: BigInt(node.chain.tip.height + 1) + offset - 10n,
    partialId: node.newPartialId(),
  }
}

/** The numbers that construct answers tell; there is never any change. */
export function spendingOf({ transaction }: Constructed, extraSpend = 0n) {
  const spend = transaction.outputs.reduce((sum, { amountNanos }) => sum + amountNanos, 0n) + extraSpend
  return { spend, total: spend + transaction.feeNanos, fee: transaction.feeNanos }
}

export function constructedJson({ transaction }: Constructed, style: TransactionStyle): GoJson {
  return transactionJson(transaction, style)
}

/** Outputs that the caller asked for, then those that the node's operator takes; throws where one names no key. */
export function feeOutputs(
  node: NodeView,
  typeName: string,
  fees: readonly { PublicKeyBase58Check: string; AmountNanos: bigint }[],
): TransactionOutput[] {
  const asked = fees.map(({ PublicKeyBase58Check, AmountNanos }) => {
    const publicKey = decodeCheck(PublicKeyBase58Check)
    if (publicKey.length !== 33) throw new Error(': CheckDecode: Invalid input format')
    return { publicKey, amountNanos: AmountNanos }
  })
  return [...asked, ...(node.operatorFees.get(typeName) ?? [])]
}

/** The bytes of a key, or a refusal: what the node says before the reason, and the reason. */
export function keyBytes(key: string, problem: string): Uint8Array {
  let reason = '<nil>'
  try {
    const bytes = decodeCheck(key)
    if (bytes.length === 33) return bytes
  } catch (error) {
    reason = (error as Error).message
  }
  throw new NodeError(400, `${problem}${reason}`)
}

/** Runs `work`, and puts `problem` before what goes wrong in it. */
export function orRefuse<T>(problem: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    const words = error instanceof RuleRefusal ? error.text : (error as Error).message
    throw new NodeError(400, `${problem}${words}`)
  }
}
