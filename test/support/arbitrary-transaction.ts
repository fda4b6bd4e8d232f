import fc from 'fast-check'
import type { Transaction, TransactionMetadata } from '../../src/deso/transaction.js'

/** Transactions of every shape that the wire can hold, with integers up to `maxInteger`. */
export function arbitraryTransaction(maxInteger = 2n ** 64n - 1n): fc.Arbitrary<Transaction> {
  const integer = fc.oneof(fc.bigInt(0n, maxInteger), fc.bigInt(0n, 300n), fc.constant(maxInteger))
  const trailer = fc.record({
    version: fc.constantFrom(1n, 1n, 1n, 2n, maxInteger),
    feeNanos: integer,
    nonce: fc.record({ expirationBlockHeight: integer, partialId: integer }),
  })
  const body = fc.record({
    outputs: fc.array(fc.record({ publicKey: byteString(33), amountNanos: integer }), { maxLength: 4 }),
    metadata: arbitraryMetadata(integer),
    publicKey: fc.oneof({ weight: 9, arbitrary: byteString(33) }, { weight: 1, arbitrary: byteString(0) }),
    extraData: fc
      .array(fc.tuple(byteText, byteString(0, 40)), { maxLength: 6 })
      .map((entries) => new Map(entries)),
    signature: fc.oneof(byteString(0), byteString(70, 72)),
  })
  const anyTrailer = fc.oneof(
    { weight: 9, arbitrary: trailer },
    { weight: 1, arbitrary: fc.constant(VERSION_0) },
  )
  return fc.tuple(body, anyTrailer).map(([fields, rest]) => ({ ...fields, ...rest }))
}

const VERSION_0 = { version: 0n, feeNanos: 0n, nonce: { expirationBlockHeight: 0n, partialId: 0n } }
const DECODED_TYPES = [2n, 5n, 6n, 27n, 28n]

function arbitraryMetadata(integer: fc.Arbitrary<bigint>): fc.Arbitrary<TransactionMetadata> {
  const text = byteString(0, 200)
  const key = byteString(33)
  return fc.oneof(
    fc.record({ type: fc.constant('BASIC_TRANSFER' as const) }),
    fc.record({
      type: fc.constant('SUBMIT_POST' as const),
      postHashToModify: fc.oneof(byteString(0), byteString(32)),
      parentStakeId: text,
      body: text,
      creatorBasisPoints: integer,
      stakeMultipleBasisPoints: integer,
      timestampNanos: integer,
      isHidden: fc.boolean(),
    }),
    fc.record({
      type: fc.constant('UPDATE_PROFILE' as const),
      profilePublicKey: fc.oneof(byteString(0), key),
      newUsername: text,
      newDescription: text,
      newProfilePic: text,
      newCreatorBasisPoints: integer,
      newStakeMultipleBasisPoints: integer,
      isHidden: fc.boolean(),
    }),
    fc.record({
      type: fc.constant('CREATE_USER_ASSOCIATION' as const),
      targetPublicKey: key,
      appPublicKey: key,
      associationType: text,
      associationValue: text,
    }),
    fc.record({ type: fc.constant('DELETE_USER_ASSOCIATION' as const), associationId: byteString(32) }),
    fc.record({
      type: fc.constant('OPAQUE' as const),
      typeNumber: integer.filter((number) => !DECODED_TYPES.includes(number)),
      bytes: text,
    }),
  )
}

/** Any bytes, so that sorting by bytes and sorting by text are told apart. */
const byteText = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
  maxLength: 12,
})

function byteString(minLength: number, maxLength = minLength): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength, maxLength })
}
