import type { CreateUserAssociation, Transaction } from '../../deso/transaction.js'
import { toHex } from '../go/hex.js'
import type { OtherFields } from '../wire/other-metadata.js'
import type { AssociationRows } from './association-rows.js'
import { mergeExtraData } from './entries.js'
import type { Ledger } from './ledger.js'
import { MAX_ASSOCIATION_TYPE_BYTES, MAX_ASSOCIATION_VALUE_BYTES } from './params.js'
import { RuleRefusal } from './rule-refusal.js'

/** Associations with users and with posts (core lib/block_view_association.go). */
interface Made {
  target: Uint8Array
  app: Uint8Array
  type: Uint8Array
  value: Uint8Array
}

interface Place {
  id: string
  height: number
}

export function connectCreateUserAssociation(
  ledger: Ledger,
  transaction: Transaction,
  metadata: CreateUserAssociation,
  at: Place,
): void {
  const { targetPublicKey, appPublicKey, associationType, associationValue } = metadata
  const made = { target: targetPublicKey, app: appPublicKey, type: associationType, value: associationValue }
  create(ledger.userAssociations, transaction, made, at)
}

export function connectCreatePostAssociation(
  ledger: Ledger,
  transaction: Transaction,
  fields: OtherFields<'CREATE_POST_ASSOCIATION'>,
  at: Place,
): void {
  assertPost(ledger, toHex(fields.PostHash))
  const { PostHash, AppPublicKey, AssociationType, AssociationValue } = fields
  const made = { target: PostHash, app: AppPublicKey, type: AssociationType, value: AssociationValue }
  create(ledger.postAssociations, transaction, made, at)
}

export function assertPost(ledger: Ledger, hash: string): void {
  if (!ledger.post(hash)) throw new RuleRefusal('RuleErrorPostAssociationInvalidPost')
}

/** One of the same parties, type and value is replaced. */
function create(rows: AssociationRows, transaction: Transaction, made: Made, at: Place): void {
  const type = Buffer.from(made.type).toString('latin1')
  const value = Buffer.from(made.value).toString('latin1')
  assertAssociationNames(type, value)
  const entry = {
    transactor: toHex(transaction.publicKey),
    target: toHex(made.target),
    app: toHex(made.app),
    type,
    value,
  }
  const previous = rows.like(entry)
  if (previous) rows.delete(previous)
  rows.put({
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
  rows: AssociationRows,
  transaction: Transaction,
  associationId: Uint8Array,
): void {
  rows.delete(findDeletable(rows, toHex(transaction.publicKey), toHex(associationId)))
}

/** The entry, which only its maker may delete. */
export function findDeletable(rows: AssociationRows, transactor: string, id: string) {
  const entry = rows.get(id)
  if (!entry) throw new RuleRefusal('RuleErrorAssociationNotFound')
  if (entry.transactor !== transactor) throw new RuleRefusal('RuleErrorAssociationInvalidTransactor')
  return entry
}
