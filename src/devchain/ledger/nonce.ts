import type { Transaction } from '../../deso/transaction.js'
import { fromHex, toHex } from '../go/hex.js'
import { keyTextBoth } from '../wire/base58-check.js'
import type { Ledger } from './ledger.js'
import { RuleRefusal } from './rule-refusal.js'

/** Nonces: each may be used once by an account, up to its expiration height. */
export function nonceKeyOf({ publicKey, nonce }: Pick<Transaction, 'publicKey' | 'nonce'>): string {
  return `${toHex(publicKey)}:${nonce.expirationBlockHeight}:${nonce.partialId}`
}

/** `height`: of the block that the transaction would be in. */
export function assertNonceUsable(ledger: Ledger, transaction: Transaction, height: number): void {
  const { nonce, publicKey } = transaction
  const account = toHex(publicKey)
  const name = `Nonce DeSoNonce: ExpirationBlockHeight: ${nonce.expirationBlockHeight}, PartialID: ${nonce.partialId}`
  if (BigInt(height) > nonce.expirationBlockHeight) {
    throw new RuleRefusal(
      `ValidateTransactionNonce: ${name} has expired for public key ${keyTextBoth(account)}: RuleErrorNonceExpired`,
    )
  }
  if (ledger.isNonceUsed(nonceKeyOf(transaction))) {
    const pkid = `&[${fromHex(account).join(' ')}]`
    throw new RuleRefusal(
      `ValidateTransactionNonce: ${name} has already been used for PKID ${pkid}: RuleErrorReusedNonce`,
    )
  }
}
