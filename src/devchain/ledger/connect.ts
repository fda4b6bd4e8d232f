import type { Transaction } from '../../deso/transaction.js'
import { toHex } from '../go/hex.js'
import { connectDiamond } from './applause.js'
import { connectCreateUserAssociation, connectDeleteAssociation } from './associations.js'
import { connectOther } from './connect-other.js'
import type { Ledger } from './ledger.js'
import { assertNonceUsable, nonceKeyOf } from './nonce.js'
import { connectPost } from './posts.js'
import { checkProfile, putProfile } from './profiles.js'
import { refusingWithin } from './rule-refusal.js'
import { connectTransfer } from './transfer.js'

/**
 * Applies a transaction to the ledger, or refuses and leaves the ledger as it was (core lib/block_view.go,
 * _connectTransaction). Order of checks as on a node, as it decides which error is told.
 */
export interface ConnectContext {
  ledger: Ledger
  transaction: Transaction
  id: string
  /** Of the block that the transaction is in, or would be in. */
  height: number
  verifySignature: boolean
}

export function connectTransaction(context: ConnectContext): void {
  const { ledger, transaction, height } = context
  const mark = ledger.undo.mark()
  try {
    refusingWithin('ConnectTransaction: : ', () => connectByType(context))
    refusingWithin('ConnectTransaction: error validating transaction nonce: ', () =>
      assertNonceUsable(ledger, transaction, height),
    )
    ledger.useNonce(nonceKeyOf(transaction))
  } catch (error) {
    ledger.undo.rollBack(mark)
    throw error
  }
}

function connectByType(context: ConnectContext): void {
  const { ledger, transaction, id, height } = context
  const { metadata } = transaction
  switch (metadata.type) {
    case 'BASIC_TRANSFER':
      connectTransfer(context)
      connectDiamond(ledger, transaction)
      return
    case 'SUBMIT_POST':
      refusingWithin('_connectSubmitPost: : ', () => connectTransfer(context))
      connectPost(ledger, transaction, metadata, { id, height })
      return
    case 'UPDATE_PROFILE':
      connectProfile(context, metadata)
      return
    case 'CREATE_USER_ASSOCIATION':
      refusingWithin('_connectCreateUserAssociation: : ', () => connectTransfer(context))
      connectCreateUserAssociation(ledger, transaction, metadata, { id, height })
      return
    case 'DELETE_USER_ASSOCIATION':
      refusingWithin('_connectDeleteUserAssociation: : ', () => connectTransfer(context))
      connectDeleteAssociation(ledger.userAssociations, transaction, metadata.associationId)
      return
    case 'OPAQUE':
      connectOther(context, metadata)
  }
}

function connectProfile(
  context: ConnectContext,
  metadata: Extract<Transaction['metadata'], { type: 'UPDATE_PROFILE' }>,
): void {
  const { ledger, transaction, id } = context
  const account = checkProfile(ledger, transaction, metadata, id)
  const extraSpendNanos = ledger.profile(account) ? 0n : ledger.params.createProfileFeeNanos
  refusingWithin('_connectUpdateProfile: : ', () => connectTransfer({ ...context, extraSpendNanos }))
  putProfile(ledger, account, transaction, metadata)
}

/** A block reward: money out of nothing. */
export function connectBlockReward(ledger: Ledger, transaction: Transaction): void {
  for (const { publicKey, amountNanos } of transaction.outputs) ledger.credit(toHex(publicKey), amountNanos)
}
