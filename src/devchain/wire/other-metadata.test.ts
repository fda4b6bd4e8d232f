import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromHex, toHex } from '../go/hex.js'
import { type FieldKind, OTHER_LAYOUTS, type OtherType, readOther, writeOther } from './other-metadata.js'

const VALUES: Readonly<Record<FieldKind, fc.Arbitrary<unknown>>> = {
  key: fc.uint8Array({ minLength: 33, maxLength: 33 }),
  hash: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  slice: fc.uint8Array({ maxLength: 200 }),
  array: fc.uint8Array({ maxLength: 33 }),
  flag: fc.boolean(),
  byte: fc.integer({ min: 0, max: 255 }),
  uvarint: fc.bigInt(0n, 2n ** 64n - 1n),
  uint256: fc.bigInt(0n, 2n ** 256n - 1n),
}

test.each(Object.keys(OTHER_LAYOUTS) as OtherType[])('%s reads back as it was written', (type) => {
  const layout: Record<string, FieldKind> = OTHER_LAYOUTS[type]
  const fields = fc.record(
    Object.fromEntries(Object.entries(layout).map(([name, kind]) => [name, VALUES[kind]])),
  )
  fc.assert(
    fc.property(fields, (values) => {
      expect(readOther(writeOther(type, values as never))).toEqual({ type, fields: values })
    }),
    { numRuns: 30 },
  )
})

test('a recorded DAO coin mint has its amount as bytes without leading zeros', () => {
  const key = '0398f5e6825b6aa64265630fd3c7d5362c304c46ec2c3c2bebe64c44083178f8a1'
  const metadata = writeOther('DAO_COIN', {
    ProfilePublicKey: fromHex(key),
    OperationType: 0,
    CoinsToMintNanos: 10n ** 21n,
    CoinsToBurnNanos: 0n,
    TransferRestrictionStatus: 0,
  })
  expect([metadata.typeNumber, toHex(metadata.bytes)]).toEqual([24n, `21${key}00093635c9adc5dea000000000`])
})

test('types that the local chain does not know are left as they are', () => {
  expect(readOther({ type: 'OPAQUE', typeNumber: 34n, bytes: Uint8Array.of(1) })).toBeUndefined()
})
