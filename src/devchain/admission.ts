import { encodeTransaction } from '../deso/codec.js'
import { transactionId } from '../deso/signature.js'
import type { Ledger } from './ledger/ledger.js'
import { assertNonceUsable } from './ledger/nonce.js'
import { RuleRefusal, refusingWithin } from './ledger/rule-refusal.js'
import { assertSane } from './ledger/sanity.js'
import type { Mempool } from './mempool.js'
import type { BlockTransaction } from './wire/block.js'
import { withLowS } from './wire/der.js'
import type { ParsedTransaction } from './wire/parse-transaction.js'

/** What a node looks at before the mempool takes a transaction (core lib/pos_mempool.go, AddTransaction). */
export const ADD_TRANSACTION = 'PosMempool.AddTransaction: '

export interface AdmissionContext {
  mempool: Mempool
  /** With the mempool applied. */
  ledger: Ledger
  tipHeight: number
}

/** The transaction under its id, in the bytes that the node re-encodes. Throws RuleRefusal. */
export function admit(parsed: ParsedTransaction, context: AdmissionContext): BlockTransaction {
  const encoded = encode(parsed)
  const id = encoded ? transactionId(encoded) : ''
  if (context.mempool.get(id)) throw new RuleRefusal(`${ADD_TRANSACTION}Transaction already in mempool`)
  refusingWithin(`${ADD_TRANSACTION}Problem verifying transaction: `, () => {
    verify(parsed, encoded?.length ?? parsed.size, context)
    if (!encoded) throw new RuleRefusal('the transaction cannot be encoded')
  })
  return { id, raw: encoded as Uint8Array, transaction: parsed.transaction }
}

function verify(
  parsed: ParsedTransaction,
  size: number,
  { mempool, ledger, tipHeight }: AdmissionContext,
): void {
  const { transaction } = parsed
  assertNotAtomic(parsed)
  refusingWithin(`${ADD_TRANSACTION}Problem validating transaction sanity: `, () =>
    assertSane(parsed, size, { params: ledger.params, tipHeight }),
  )
  // A nonce that only the mempool uses may be taken over.
  if (mempool.withNonceOf(transaction)) return
  refusingWithin(`${ADD_TRANSACTION}Problem validating transaction nonce: `, () =>
    assertNonceUsable(ledger, transaction, tipHeight),
  )
}

/** Undefined for what a node could read but not write again; none of that passes the checks. */
function encode({ transaction, inputCount, hasTrailer }: ParsedTransaction): Uint8Array | undefined {
  if (inputCount > 0 || !hasTrailer || transaction.version === 0n) return undefined
  try {
    const { signature } = transaction
    return encodeTransaction(
      signature.length > 0 ? { ...transaction, signature: withLowS(signature) } : transaction,
    )
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function assertNotAtomic({ transaction: { extraData } }: ParsedTransaction): void {
  if (extraData.has('NxtAtmcHsh') && extraData.has('PrvAtmcHsh')) {
    throw new RuleRefusal(`${ADD_TRANSACTION}expected txn to be atomic: false, got: true`)
  }
}
