import { metadata } from './metadata.js'
import type { Transaction, TransactionOutput } from './transaction.js'
import {
  ByteReader,
  ByteWriter,
  bytes,
  bytesOfLength,
  type Field,
  MalformedTransactionError,
} from './wire.js'

/**
 * Transactions to bytes and back (core lib/network.go, MsgDeSoTxn.ToBytes). A node is laxer: it takes padded
 * integers, unsorted ExtraData and surplus bytes, and goes by what it re-encodes. Here only that re-encoding
 * decodes, so that the bytes that are hashed, signed and looked at are always the same.
 */

/** No transaction that a node takes comes near (25,000 bytes by default). */
export const MAX_TRANSACTION_BYTES = 64 * 1024

const KEY_BYTES = 33
/** The longest whose length takes one byte; fees are reckoned on that. Canonical DER has at most 72. */
const MAX_SIGNATURE_BYTES = 127

/** Empty in a block reward. */
const owner = bytesOfLength(0, KEY_BYTES)

/**
 * The bytes of a transaction, its signature as it stands. Throws RangeError for values that the format cannot hold:
 * an integer above 64 bits, a key of another length, more than MAX_TRANSACTION_BYTES in all.
 */
export function encodeTransaction(transaction: Transaction): Uint8Array {
  const writer = new ByteWriter()
  writer.uvarint(0n) // Inputs: none since the balance model.
  outputs.write(writer, transaction.outputs)
  metadata.write(writer, transaction.metadata)
  owner.write(writer, transaction.publicKey)
  extraData.write(writer, transaction.extraData)
  bytes.write(writer, transaction.signature)
  trailer.write(writer, transaction)
  const encoded = writer.toBytes()
  if (encoded.length > MAX_TRANSACTION_BYTES) throw new RangeError(`a transaction of ${encoded.length} bytes`)
  return encoded
}

/** What encodeTransaction wrote, and nothing else: anything but canonical bytes throws MalformedTransactionError. */
export function decodeTransaction(encoded: Uint8Array): Transaction {
  if (encoded.length > MAX_TRANSACTION_BYTES) {
    throw new MalformedTransactionError('too many bytes', MAX_TRANSACTION_BYTES)
  }
  const reader = new ByteReader(encoded)
  if (reader.uvarint() !== 0n) throw new MalformedTransactionError('inputs, as before the balance model,', 0)
  const transaction = {
    outputs: outputs.read(reader),
    metadata: metadata.read(reader),
    publicKey: owner.read(reader),
    extraData: extraData.read(reader),
    signature: bytes.read(reader),
    ...trailer.read(reader),
  }
  reader.expectEnd()
  return transaction
}

/** One that a block lists; null where it does not decode: nodes mine odd transactions, which are nothing to anybody here. */
export function decodeMined(encoded: Uint8Array): Transaction | null {
  try {
    return decodeTransaction(encoded)
  } catch (error) {
    if (error instanceof MalformedTransactionError) return null
    throw error
  }
}

/** The bytes whose sha256d is signed: the transaction with an empty signature. */
export function unsignedBytes(transaction: Transaction): Uint8Array {
  return encodeTransaction({ ...transaction, signature: new Uint8Array() })
}

/**
 * The signed bytes from the unsigned ones and a DER signature, whose validity is not looked at. Throws
 * MalformedTransactionError where the bytes are not canonical, or signed already, or the signature is too long for one.
 */
export function withSignature(unsigned: Uint8Array, signature: Uint8Array): Uint8Array {
  const transaction = decodeTransaction(unsigned)
  const end = unsigned.length
  if (transaction.signature.length > 0) throw new MalformedTransactionError('a signature already', end)
  if (signature.length > MAX_SIGNATURE_BYTES) throw new MalformedTransactionError('too long a signature', end)
  return encodeTransaction({ ...transaction, signature })
}

const outputs: Field<readonly TransactionOutput[]> = {
  read(reader) {
    const values: TransactionOutput[] = []
    for (let left = reader.count(); left > 0; left -= 1) {
      values.push({ publicKey: reader.raw(KEY_BYTES), amountNanos: reader.uvarint() })
    }
    return values
  },
  write(writer, values) {
    writer.uvarint(BigInt(values.length))
    for (const { publicKey, amountNanos } of values) {
      if (publicKey.length !== KEY_BYTES)
        throw new RangeError(`an output to a key of ${publicKey.length} bytes`)
      writer.raw(publicKey)
      writer.uvarint(amountNanos)
    }
  },
}

/** A byte string as text of one character a byte, so that comparing the texts compares the bytes. */
const byteText: Field<string> = {
  read: (reader) => Array.from(bytes.read(reader), (byte) => String.fromCharCode(byte)).join(''),
  write(writer, text) {
    const codes = text.split('').map((character) => character.charCodeAt(0))
    if (codes.some((code) => code > 0xff))
      throw new RangeError('an ExtraData key of more than one byte a character')
    bytes.write(writer, Uint8Array.from(codes))
  },
}

/** Sorted by key bytes, no key twice. */
const extraData: Field<ReadonlyMap<string, Uint8Array>> = {
  read(reader) {
    const entries = new Map<string, Uint8Array>()
    let previous: string | undefined
    for (let left = reader.count(); left > 0; left -= 1) {
      const start = reader.offset
      const name = byteText.read(reader)
      if (previous !== undefined && name <= previous) {
        throw new MalformedTransactionError('an ExtraData key out of order', start)
      }
      entries.set(name, bytes.read(reader))
      previous = name
    }
    return entries
  },
  write(writer, entries) {
    writer.uvarint(BigInt(entries.size))
    for (const [name, value] of [...entries].sort(([one], [other]) => (one < other ? -1 : 1))) {
      byteText.write(writer, name)
      bytes.write(writer, value)
    }
  },
}

/**
 * What the balance model added behind the signature. Version 0 has none of it: so are block rewards, which every
 * block holds, and all that is older.
 */
const trailer: Field<Pick<Transaction, 'version' | 'feeNanos' | 'nonce'>> = {
  read(reader) {
    if (reader.isAtEnd)
      return { version: 0n, feeNanos: 0n, nonce: { expirationBlockHeight: 0n, partialId: 0n } }
    const start = reader.offset
    const version = reader.uvarint()
    if (version === 0n) throw new MalformedTransactionError('a version 0 spelled out', start)
    const feeNanos = reader.uvarint()
    return {
      version,
      feeNanos,
      nonce: { expirationBlockHeight: reader.uvarint(), partialId: reader.uvarint() },
    }
  },
  write(writer, { version, feeNanos, nonce: { expirationBlockHeight, partialId } }) {
    if (version !== 0n) {
      for (const value of [version, feeNanos, expirationBlockHeight, partialId]) writer.uvarint(value)
    } else if (feeNanos || expirationBlockHeight || partialId) {
      throw new RangeError('a fee or nonce on version 0')
    }
  },
}
