import fc from 'fast-check'
import { expect, test } from 'vitest'
import { arbitraryTransaction } from '../../../test/support/arbitrary-transaction.js'
import { decodeTransaction, encodeTransaction } from '../../deso/codec.js'
import { signDigest, signTransaction } from '../../deso/signature.js'
import { typeName } from '../../deso/transaction-types.js'
import { fromHex, toHex } from '../go/hex.js'
import { assertParsableSignature, withLowS } from './der.js'
import { OTHER_LAYOUTS } from './other-metadata.js'
import { NodePanic, parseTransaction } from './parse-transaction.js'

const KEY = new Uint8Array(32).fill(7)

test('whatever the strict codec writes reads back the same', () => {
  fc.assert(
    fc.property(arbitraryTransaction(), (transaction) => {
      const { metadata } = transaction
      const name = metadata.type === 'OPAQUE' ? (typeName(metadata.typeNumber) ?? 'UNSET') : ''
      // Of the types that the local chain reads itself, not all bytes are sound.
      fc.pre(name !== 'UNSET' && !(name in OTHER_LAYOUTS))
      const unsigned = { ...transaction, signature: new Uint8Array() }
      expect(parseTransaction(encodeTransaction(unsigned)).transaction).toEqual(unsigned)
    }),
    { numRuns: 200 },
  )
})

test('padded integers, unsorted ExtraData and surplus bytes read as a node reads them', () => {
  const canonical = fromHex(
    '00010398f5e6825b6aa64265630fd3c7d5362c304c46ec2c3c2bebe64c44083178f8a1010200210287125697974cfa13617e3ee78ffbcea442da6c0454b790892cd89b906cbfcc3d0201610131016201320001000a07',
  )
  const padded = fromHex(`80${toHex(canonical)}00`.replace('0161013101620132', '0162013201610131'))
  const { transaction } = parseTransaction(padded)
  expect(transaction).toEqual(decodeTransaction(canonical))
  expect(encodeTransaction(transaction)).toEqual(canonical)
})

test.each([
  [33, 10],
  [0, 33],
])('an association with keys of %i and %i bytes is one on which a node panics', (target, app) => {
  const metadata = [target, ...new Array(target).fill(2), app, ...new Array(app).fill(2), 1, 65, 1, 66]
  const bytes = Uint8Array.from([0, 0, 27, metadata.length, ...metadata, 0, 0, 0])
  expect(() => parseTransaction(bytes)).toThrow(NodePanic)
})

test('every truncation of a transaction is refused in the words of a node', () => {
  const bytes = encodeTransaction(
    signTransaction(
      {
        outputs: [{ publicKey: new Uint8Array(33).fill(2), amountNanos: 1_000_000n }],
        metadata: {
          type: 'CREATE_USER_ASSOCIATION',
          targetPublicKey: new Uint8Array(33).fill(2),
          appPublicKey: new Uint8Array(33),
          associationType: Buffer.from('DIG:PLAN'),
          associationValue: Buffer.from('gold'),
        },
        publicKey: new Uint8Array(33).fill(3),
        extraData: new Map([['V', Buffer.from('1')]]),
        signature: new Uint8Array(),
        version: 1n,
        feeNanos: 1000n,
        nonce: { expirationBlockHeight: 5n, partialId: 6n },
      },
      KEY,
    ),
  )
  // Where the signature ends, a transaction of version 0 does.
  const isWhole = (length: number) => length === bytes.length || length === bytes.length - 5
  for (let length = 0; length < bytes.length; length += 1) {
    if (isWhole(length)) continue
    expect(() => parseTransaction(bytes.subarray(0, length)), `${length} bytes`).toThrow(
      /^MsgDeSoTxn\.FromBytes: Problem reading txn: : ReadTransaction: Problem reading (basic|extra) transaction fields: /,
    )
  }
})

test('a signature with the higher S is written again with the lower', () => {
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
  const low = signDigest(new Uint8Array(32).fill(1), KEY)
  const sAt = low.length - 32
  const high = order - BigInt(`0x${toHex(low.subarray(sAt))}`)
  const written = Uint8Array.of(
    0x30,
    low.length - 1,
    ...low.subarray(2, sAt - 1),
    33,
    0,
    ...fromHex(high.toString(16)),
  )
  assertParsableSignature(written)
  expect(withLowS(written)).toEqual(low)
  expect(withLowS(low)).toBe(low)
})

test.each([
  ['30450221', 'malformed signature: too short: 4 < 8'],
  ['3006020101020201', 'malformed signature: invalid S length'],
  ['3006030101020101', 'malformed signature: R integer marker: 0x3 != 0x2'],
  ['3007020101020101', 'malformed signature: bad length: 7 != 6'],
  ['3006020180020101', 'malformed signature: R is negative'],
  ['300702020001020101', 'malformed signature: R value has too much padding'],
  ['3006020101020100', 'malformed signature: S is 0'],
  ['2f06020101020101', 'FromBytes: DeSo-DER header magic expected in [48, 52] range but got: 47'],
])('the signature %s is not parsable', (hex, problem) => {
  expect(() => assertParsableSignature(fromHex(hex))).toThrow(problem)
})
