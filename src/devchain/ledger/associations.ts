import type { CreateUserAssociation, DeleteUserAssociation, Transaction } from '../../deso/transaction.js'
import { toHex } from '../go/hex.js'
import { mergeExtraData } from './entries.js'
import type { Ledger } from './ledger.js'
import { MAX_ASSOCIATION_TYPE_BYTES, MAX_ASSOCIATION_VALUE_BYTES } from './params.js'
import { RuleRefusal } from './rule-refusal.js'

/** User associations (core lib/block_view_association.go). */
export function connectCreateAssociation(
  ledger: Ledger,
  transaction: Transaction,
  metadata: CreateUserAssociation,
  at: { id: string; height: number },
): void {
  const type = Buffer.from(metadata.associationType).toString('latin1')
  const value = Buffer.from(metadata.associationValue).toString('latin1')
  assertAssociationNames(type, value)
  const entry = {
    transactor: toHex(transaction.publicKey),
    target: toHex(metadata.targetPublicKey),
    app: toHex(metadata.appPublicKey),
    type,
    value,
  }
  const previous = ledger.associationLike(entry)
  if (previous) ledger.deleteAssociation(previous)
  ledger.putAssociation({
    ...entry,
    id: at.id,
    extraData: mergeExtraData(previous?.extraData ?? new Map(), transaction.extraData),
    blockHeight: at.height,
  })
}

/** Type and value as latin1 of their bytes. */
export function assertAssociationNames(type: string, value: string): void {
  if (
    type.length === 0 ||
    type.length > MAX_ASSOCIATION_TYPE_BYTES ||
    type.startsWith('DESO') ||
    type.includes('\0')
  ) {
    throw new RuleRefusal('RuleErrorAssociationInvalidType')
  }
  if (value.length === 0 || value.length > MAX_ASSOCIATION_VALUE_BYTES || value.includes('\0')) {
    throw new RuleRefusal('RuleErrorAssociationInvalidValue')
  }
}

export function connectDeleteAssociation(
  ledger: Ledger,
  transaction: Transaction,
  metadata: DeleteUserAssociation,
): void {
  ledger.deleteAssociation(findDeletable(ledger, toHex(transaction.publicKey), toHex(metadata.associationId)))
}

/** The entry, which only its maker may delete. */
export function findDeletable(ledger: Ledger, transactor: string, id: string) {
  const entry = ledger.association(id)
  if (!entry) throw new RuleRefusal('RuleErrorAssociationNotFound')
  if (entry.transactor !== transactor) throw new RuleRefusal('RuleErrorAssociationInvalidTransactor')
  return entry
}
