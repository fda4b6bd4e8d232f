import type { Transaction } from '../../deso/transaction.js'
import { toHex } from '../go/hex.js'

/** A party of a transaction, and as what (core lib/legacy_mempool.go, ComputeTransactionMetadata). */
export interface AffectedParty {
  /** 33 bytes as hex; empty where a block reward has no owner. */
  account: string
  role: string
}

/** All parties but the owner, who comes last and only once the transaction is in a block. */
export function affectedParties({ outputs, metadata }: Transaction): AffectedParty[] {
  const parties = outputs.map(({ publicKey }) => ({ account: toHex(publicKey), role: 'BasicTransferOutput' }))
  if (metadata.type === 'CREATE_USER_ASSOCIATION') {
    parties.push({
      account: toHex(metadata.targetPublicKey),
      role: 'AssociationTargetUserPublicKeyBase58Check',
    })
  }
  if (metadata.type === 'UPDATE_PROFILE') {
    parties.push({ account: toHex(metadata.profilePublicKey), role: 'ProfilePublicKeyBase58Check' })
  }
  return parties
}

/** Every account once, the owner too. */
export function affectedAccounts(transaction: Transaction): Set<string> {
  const accounts = affectedParties(transaction).map(({ account }) => account)
  return new Set([...accounts, toHex(transaction.publicKey)].filter((account) => account !== ''))
}
