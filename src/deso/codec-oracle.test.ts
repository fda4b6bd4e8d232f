import {
  Transaction as LibraryTransaction,
  TransactionExtraData,
  TransactionExtraDataKV,
  TransactionMetadataBasicTransfer,
  TransactionMetadataCreateUserAssociation,
  TransactionMetadataDeleteUserAssociation,
  type TransactionMetadataRecord,
  TransactionMetadataSubmitPost,
  TransactionMetadataUpdateProfile,
  TransactionNonce,
  TransactionOutput,
} from 'deso-protocol/src/identity/transaction-transcoders.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { arbitraryTransaction } from '../../test/support/arbitrary-transaction.js'
import { encodeTransaction } from './codec.js'
import type { Transaction, TransactionMetadata } from './transaction.js'

/** Where deso-protocol's integers, JS numbers, are still exact; it knows no version 0 and sorts keys wrongly itself. */
const transactions = arbitraryTransaction(2n ** 53n - 1n).filter(({ metadata, version }) => {
  return metadata.type !== 'OPAQUE' && version > 0n
})

test('deso-protocol writes the same bytes', () => {
  fc.assert(
    fc.property(transactions, (transaction) => {
      expect(encodeTransaction(transaction)).toEqual(toLibrary(transaction).toBytes())
    }),
    { numRuns: 200 },
  )
})

test('deso-protocol reads these bytes, and writes them again', () => {
  fc.assert(
    fc.property(transactions, (transaction) => {
      const encoded = encodeTransaction(transaction)
      const [read, rest] = LibraryTransaction.fromBytes(encoded) as [LibraryTransaction, Uint8Array]
      expect(rest).toHaveLength(0)
      expect(read.toBytes()).toEqual(encoded)
      expect(BigInt(read.feeNanos)).toBe(transaction.feeNanos)
      expect(read.outputs.map(({ amountNanos }) => BigInt(amountNanos))).toEqual(
        transaction.outputs.map(({ amountNanos }) => amountNanos),
      )
    }),
    { numRuns: 200 },
  )
})

function toLibrary(transaction: Transaction): LibraryTransaction {
  const { publicKey, signature, nonce } = transaction
  const extraData = [...transaction.extraData]
    .map(([key, value]) => new TransactionExtraDataKV(new Uint8Array(Buffer.from(key, 'latin1')), value))
    .sort((one, other) => Buffer.compare(one.key, other.key))
  return new LibraryTransaction({
    outputs: transaction.outputs.map((output) => {
      return Object.assign(new TransactionOutput(), { ...output, amountNanos: Number(output.amountNanos) })
    }),
    metadata: toLibraryMetadata(transaction.metadata),
    publicKey,
    extraData: Object.assign(new TransactionExtraData(), { kvs: extraData }),
    signature,
    version: Number(transaction.version),
    feeNanos: Number(transaction.feeNanos),
    nonce: Object.assign(new TransactionNonce(), {
      expirationBlockHeight: Number(nonce.expirationBlockHeight),
      partialId: Number(nonce.partialId),
    }),
  })
}

const RECORDS: Record<Exclude<TransactionMetadata['type'], 'OPAQUE'>, new () => TransactionMetadataRecord> = {
  BASIC_TRANSFER: TransactionMetadataBasicTransfer,
  SUBMIT_POST: TransactionMetadataSubmitPost,
  UPDATE_PROFILE: TransactionMetadataUpdateProfile,
  CREATE_USER_ASSOCIATION: TransactionMetadataCreateUserAssociation,
  DELETE_USER_ASSOCIATION: TransactionMetadataDeleteUserAssociation,
}

/** The other fields have the same names in both. */
const RENAMED: Record<string, string> = {
  targetPublicKey: 'targetUserPublicKey',
  associationId: 'associationID',
}

function toLibraryMetadata({ type, ...fields }: TransactionMetadata): TransactionMetadataRecord {
  if (type === 'OPAQUE') throw new Error('the library carries no opaque bytes')
  const values = Object.entries(fields).map(([name, value]) => [
    RENAMED[name] ?? name,
    typeof value === 'bigint' ? Number(value) : value,
  ])
  return Object.assign(new RECORDS[type](), Object.fromEntries(values))
}
