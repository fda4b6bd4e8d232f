import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryTransaction } from '../../test/support/arbitrary-transaction.js'
import { hexToBytes, nodeFees } from '../../test/support/deso-fixtures.js'
import { decodeTransaction, unsignedBytes } from './codec.js'
import { feeFor } from './fee.js'
import type { Transaction } from './transaction.js'

const TRANSFER: Transaction = {
  outputs: [],
  metadata: { type: 'BASIC_TRANSFER' },
  publicKey: new Uint8Array(33),
  extraData: new Map(),
  signature: new Uint8Array(),
  version: 1n,
  feeNanos: 0n,
  nonce: { expirationBlockHeight: 1n, partialId: 1n },
}

describe('the fee', () => {
  test('is the one that a real node constructs', () => {
    const fees = nodeFees()
    expect(fees).toHaveLength(75)
    for (const { unsignedHex, rateNanosPerKb, feeNanos } of fees) {
      const transaction = decodeTransaction(hexToBytes(unsignedHex))
      expect(transaction.feeNanos).toBe(BigInt(feeNanos))
      expect(feeFor(transaction, BigInt(rateNanosPerKb))).toBe(BigInt(feeNanos))
      expect(feeFor({ ...transaction, feeNanos: 0n }, BigInt(rateNanosPerKb))).toBe(BigInt(feeNanos))
    }
  })

  test('pays for the bytes that it stands in, and for the longest signature', () => {
    // 44 bytes with a fee of 1 byte, and 118 still takes 1 byte.
    expect(unsignedBytes(TRANSFER)).toHaveLength(44)
    expect(feeFor(TRANSFER, 1_000n)).toBe(118n)
    // At 2 nanos a byte the fee takes 2 bytes: (45 + 74) × 2.
    expect(feeFor(TRANSFER, 2_000n)).toBe(238n)
    expect(feeFor(TRANSFER, 1n)).toBe(1n)
    expect(feeFor(TRANSFER, 0n)).toBe(0n)
  })

  test('is the greater where two would do, as nodes have it', () => {
    const extraData = new Map([['A', new Uint8Array(6)]])
    // 53 bytes with a fee of 1 byte: 127 would pay for itself, and so does 128, of 2 bytes.
    expect(unsignedBytes({ ...TRANSFER, extraData })).toHaveLength(53)
    expect(feeFor({ ...TRANSFER, extraData }, 1_000n)).toBe(128n)
  })

  test('is a fixed point for any transaction and rate, whatever fee and signature are there', () => {
    const rate = fc.bigInt(0n, 100_000_000n)
    fc.assert(
      fc.property(arbitraryTransaction(), rate, (arbitrary, rateNanosPerKb) => {
        const transaction = { ...arbitrary, version: 1n }
        const feeNanos = feeFor(transaction, rateNanosPerKb)
        const size = BigInt(unsignedBytes({ ...transaction, feeNanos }).length) + 74n
        expect(feeNanos * 1_000n).toBeGreaterThanOrEqual(size * rateNanosPerKb)
        expect((feeNanos - 1n) * 1_000n).toBeLessThan(size * rateNanosPerKb)
        expect(feeFor({ ...transaction, feeNanos, signature: new Uint8Array(72) }, rateNanosPerKb)).toBe(
          feeNanos,
        )
      }),
    )
  })
})
