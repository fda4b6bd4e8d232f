import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryTransaction } from '../../test/support/arbitrary-transaction.js'
import {
  atomicWrappers,
  bytesToHex,
  chainTransactions,
  type GoldenTransaction,
  goldenTransactions,
  hexToBytes,
  oddSubmissions,
} from '../../test/support/deso-fixtures.js'
import {
  decodeTransaction,
  encodeTransaction,
  MAX_TRANSACTION_BYTES,
  unsignedBytes,
  withSignature,
} from './codec.js'
import { ZERO_KEY } from './keys.js'
import { transactionId } from './signature.js'
import type { Transaction, TransactionMetadata } from './transaction.js'
import { MalformedTransactionError } from './wire.js'

/** The first PoS block reward of the recorded chain: no owner, no signature, version 0. */
const BLOCK_REWARD =
  '000102397b1a80eba0a60644650af13c2a6ffdfbbf38830cafc34937a75ddd44b8ce5200010b0ae7cae0df88a5e59e8a01000000'

const TRANSFER: Transaction = {
  outputs: [{ publicKey: new Uint8Array(33).fill(3), amountNanos: 1_000_000_000n }],
  metadata: { type: 'BASIC_TRANSFER' },
  publicKey: new Uint8Array(33).fill(2),
  extraData: new Map(),
  signature: new Uint8Array(),
  version: 1n,
  feeNanos: 168n,
  nonce: { expirationBlockHeight: 600n, partialId: 2n ** 64n - 1n },
}

const VERSION_0 = { version: 0n, feeNanos: 0n, nonce: { expirationBlockHeight: 0n, partialId: 0n } }

type GoldenMeta = GoldenTransaction['fields']['meta']

/** How the golden file names the fields of the types that decode. */
const GOLDEN_METADATA: Record<
  number,
  (bytes: (name: string) => Uint8Array, meta: GoldenMeta) => TransactionMetadata
> = {
  2: () => ({ type: 'BASIC_TRANSFER' }),
  5: (bytes, meta) => ({
    type: 'SUBMIT_POST',
    postHashToModify: bytes('postHashToModify'),
    parentStakeId: bytes('parentStakeId'),
    body: bytes('body'),
    creatorBasisPoints: BigInt(meta.creatorBasisPoints),
    stakeMultipleBasisPoints: BigInt(meta.stakeMultipleBasisPoints),
    timestampNanos: BigInt(meta.timestampNanos),
    isHidden: meta.isHidden,
  }),
  27: (bytes) => ({
    type: 'CREATE_USER_ASSOCIATION',
    targetPublicKey: bytes('target'),
    appPublicKey: bytes('app'),
    associationType: bytes('type'),
    associationValue: bytes('value'),
  }),
  28: (bytes) => ({ type: 'DELETE_USER_ASSOCIATION', associationId: bytes('id') }),
}

/** Through the codec and back, as hex. */
function reencode(hex: string): string {
  return bytesToHex(encodeTransaction(decodeTransaction(hexToBytes(hex))))
}

/** What stops it from decoding, and where; null: nothing. */
function problemOf(encoded: Uint8Array): string | null {
  try {
    decodeTransaction(encoded)
    return null
  } catch (error) {
    if (error instanceof MalformedTransactionError) return `${error.problem} at byte ${error.offset}`
    throw error
  }
}

describe('golden transactions of the consensus code', () => {
  const golden = goldenTransactions()
  const decodable = golden.filter(({ fields }) => fields.type in GOLDEN_METADATA)

  test('encode from their fields to its very bytes', () => {
    expect(decodable).toHaveLength(120)
    for (const { fields, hex } of decodable)
      expect(bytesToHex(encodeTransaction(fromGolden(fields)))).toBe(hex)
  })

  test('decode to those fields', () => {
    for (const { fields, hex } of decodable) {
      expect(decodeTransaction(hexToBytes(hex))).toEqual(fromGolden(fields))
    }
  })

  test('pass through unchanged with its hash, access groups as opaque bytes', () => {
    expect(golden).toHaveLength(180)
    for (const { fields, hex, hash } of golden) {
      const { metadata } = decodeTransaction(hexToBytes(hex))
      if (!(fields.type in GOLDEN_METADATA)) {
        expect(metadata).toMatchObject({ type: 'OPAQUE', typeNumber: BigInt(fields.type) })
      }
      expect(reencode(hex)).toBe(hex)
      expect(transactionId(hexToBytes(hex))).toBe(hash)
    }
  })
})

describe('what a real chain holds', () => {
  test('is canonical, all of it: each transaction decodes, re-encodes to the same bytes and has its id', () => {
    const transactions = chainTransactions()
    expect(transactions).toHaveLength(826)
    const notCanonical = transactions.filter(({ raw, hash }) => {
      return reencode(raw) !== raw || transactionId(hexToBytes(raw)) !== hash
    })
    expect(notCanonical).toEqual([])
  })

  test('has the types that are decoded, and others that are carried as they came', () => {
    const counts: Record<string, number> = {}
    for (const { raw, type } of chainTransactions()) {
      const { metadata } = decodeTransaction(hexToBytes(raw))
      const name = metadata.type === 'OPAQUE' ? `${type} as ${metadata.typeNumber}` : metadata.type
      counts[name] = (counts[name] ?? 0) + 1
    }
    expect(counts).toEqual({
      BASIC_TRANSFER: 121,
      SUBMIT_POST: 80,
      UPDATE_PROFILE: 13,
      CREATE_USER_ASSOCIATION: 590,
      DELETE_USER_ASSOCIATION: 2,
      'FOLLOW as 9': 4,
      'LIKE as 10': 1,
      'CREATOR_COIN as 11': 2,
      'DAO_COIN as 24': 4,
      'DAO_COIN_TRANSFER as 25': 3,
      'CREATE_POST_ASSOCIATION as 29': 3,
      'DELETE_POST_ASSOCIATION as 30': 1,
      'REGISTER_AS_VALIDATOR as 34': 1,
      'STAKE as 36': 1,
    })
  })

  test('includes a version 2, which a node takes like a version 1', () => {
    const versions = chainTransactions().map(({ raw }) => decodeTransaction(hexToBytes(raw)).version)
    expect(versions.filter((version) => version === 2n)).toHaveLength(1)
    expect(versions.filter((version) => version === 1n)).toHaveLength(825)
  })

  test('includes block rewards, which have no owner, fee or nonce', () => {
    expect(decodeTransaction(hexToBytes(BLOCK_REWARD))).toEqual({
      outputs: [
        {
          publicKey: hexToBytes('02397b1a80eba0a60644650af13c2a6ffdfbbf38830cafc34937a75ddd44b8ce52'),
          amountNanos: 0n,
        },
      ],
      metadata: { type: 'OPAQUE', typeNumber: 1n, bytes: hexToBytes('0ae7cae0df88a5e59e8a01') },
      publicKey: new Uint8Array(),
      extraData: new Map(),
      signature: new Uint8Array(),
      version: 0n,
      feeNanos: 0n,
      nonce: { expirationBlockHeight: 0n, partialId: 0n },
    })
    expect(reencode(BLOCK_REWARD)).toBe(BLOCK_REWARD)
  })

  test('includes bundles, carried as they came; what is within them decodes by itself', () => {
    for (const { signedHex, hash, inner } of atomicWrappers()) {
      const wrapper = decodeTransaction(hexToBytes(signedHex))
      expect(wrapper.metadata).toMatchObject({ type: 'OPAQUE', typeNumber: 44n })
      expect(wrapper.publicKey).toEqual(new Uint8Array(33))
      expect(reencode(signedHex)).toBe(signedHex)
      expect(transactionId(hexToBytes(signedHex))).toBe(hash)
      for (const transaction of inner) {
        expect(reencode(transaction.signedHex)).toBe(transaction.signedHex)
        expect(transactionId(hexToBytes(transaction.signedHex))).toBe(transaction.hash)
      }
    }
  })
})

describe('what a node was sent and is not canonical', () => {
  const problems = Object.fromEntries(
    oddSubmissions().map((odd) => [
      `${odd.scenario} ${odd.step}: ${odd.name}`,
      problemOf(hexToBytes(odd.signedHex)),
    ]),
  )

  test('does not decode here, also where the node took it for its canonical twin', () => {
    expect(problems).toMatchObject({
      'b-send-deso 66: trailing byte 00': 'surplus bytes at byte 161', // mined
      'h2-dropped-connections 12: non-minimal varint, signature over the canonical bytes':
        'a padded integer at byte 0', // mined
      'b-send-deso 67: trailing bytes deadbeef': 'surplus bytes at byte 161',
      'b-send-deso 81: non-sorted ExtraData keys on the wire': 'an ExtraData key out of order at byte 78',
      'b-send-deso 87: txn version 0 with trailer': 'a version 0 spelled out at byte 145',
      'h2-dropped-connections 8: metadata with trailing slack': 'surplus bytes at byte 80',
      'h2-dropped-connections 10: send-deso with non-empty metadata': 'surplus bytes at byte 38',
    })
  })

  test('does not decode where the node could not read it, or fell over it', () => {
    expect(problems).toMatchObject({
      'b-send-deso 62: truncated by 1 byte': 'an early end at byte 160',
      'b-send-deso 70: empty TransactionHex': 'an early end at byte 0',
      'b-send-deso 74: huge output count':
        'a length or count of 4294967295, more than there are bytes, at byte 1',
      'b-send-deso 82: duplicate ExtraData key': 'an ExtraData key out of order at byte 78',
      'b-send-deso 85: an input present (legacy UTXO)': 'inputs, as before the balance model, at byte 0',
      'e-user-associations 68: own encoding: association with empty app key':
        '0 bytes in place of 33 at byte 38',
      'h2-dropped-connections 5: association with a 10-byte target': '10 bytes in place of 33 at byte 4',
      'h2-dropped-connections 6: delete association with a 10-byte id': '10 bytes in place of 32 at byte 4',
      'h2-dropped-connections 7: send signed by a 10-byte public key':
        '10 bytes in place of 0 or 33 at byte 4',
    })
  })

  test('decodes where only the signature was wrong: that is not for the codec to say', () => {
    const decoded = Object.keys(problems).filter((name) => problems[name] === null)
    expect(decoded).toEqual([
      'b-send-deso 55: signed by the wrong key',
      'b-send-deso 56: high-S signature',
      'b-send-deso 57: recoverable DER header 0x31.. signed by the owner himself',
      'b-send-deso 58: unsigned txn',
      'b-send-deso 59: signature with trailing garbage in DER',
      'b-send-deso 60: one bit of the signature flipped',
      'b-send-deso 61: body changed after signing (output amount)',
      'b-send-deso 64: cut right after the signature (version-0 txn)',
    ])
  })
})

describe('any transaction', () => {
  test('decodes from its bytes to itself, ExtraData in the order of their key bytes', () => {
    fc.assert(
      fc.property(arbitraryTransaction(), (transaction) => {
        const decoded = decodeTransaction(encodeTransaction(transaction))
        expect(decoded).toEqual(transaction)
        const keys = [...decoded.extraData.keys()].map((key) => Buffer.from(key, 'latin1'))
        expect(keys).toEqual([...keys].sort(Buffer.compare))
      }),
      { numRuns: 300 },
    )
  })

  test('has one signed form for its unsigned one', () => {
    fc.assert(
      fc.property(arbitraryTransaction(), fc.uint8Array({ maxLength: 72 }), (transaction, signature) => {
        const signed = withSignature(unsignedBytes(transaction), signature)
        expect(signed).toEqual(encodeTransaction({ ...transaction, signature }))
        expect(unsignedBytes(decodeTransaction(signed))).toEqual(unsignedBytes(transaction))
      }),
      { numRuns: 100 },
    )
  })

  test('and no other bytes: what is random does not decode, or re-encodes to itself', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (source) => {
        if (problemOf(source) === null) expect(encodeTransaction(decodeTransaction(source))).toEqual(source)
      }),
      { numRuns: 500 },
    )
  })
})

describe('what the format cannot hold is not written', () => {
  const cases: [string, Partial<Transaction>][] = [
    ['an amount above 64 bits', { outputs: [{ publicKey: ZERO_KEY, amountNanos: 2n ** 64n }] }],
    ['a negative fee', { feeNanos: -1n }],
    ['an output to a short key', { outputs: [{ publicKey: new Uint8Array(32), amountNanos: 1n }] }],
    ['a long owner', { publicKey: new Uint8Array(34) }],
    [
      'an association id of another length',
      {
        metadata: { type: 'DELETE_USER_ASSOCIATION', associationId: new Uint8Array(31) },
      },
    ],
    ['an ExtraData key that is no bytes', { extraData: new Map([['Ā', new Uint8Array()]]) }],
    [
      'a known type as opaque bytes',
      { metadata: { type: 'OPAQUE', typeNumber: 2n, bytes: new Uint8Array() } },
    ],
    ['a fee on version 0', { version: 0n }],
    ['more than 64 KiB', { extraData: new Map([['A', new Uint8Array(MAX_TRANSACTION_BYTES)]]) }],
  ]
  test.each(cases)('%s', (_, change) => {
    expect(() => encodeTransaction({ ...TRANSFER, ...change })).toThrow(RangeError)
  })

  test('but 64 KiB are, and read back', () => {
    const rest =
      encodeTransaction({ ...TRANSFER, extraData: new Map([['A', new Uint8Array(60_000)]]) }).length - 60_000
    const extraData = new Map([['A', new Uint8Array(MAX_TRANSACTION_BYTES - rest)]])
    const encoded = encodeTransaction({ ...TRANSFER, extraData })
    expect(encoded).toHaveLength(65_536)
    expect(decodeTransaction(encoded)).toEqual({ ...TRANSFER, extraData })
    expect(problemOf(new Uint8Array(65_537))).toBe('too many bytes at byte 65536')
  })
})

describe('a signature', () => {
  test('is not put over another', () => {
    const signed = encodeTransaction({ ...TRANSFER, signature: Uint8Array.of(0x30) })
    expect(() => withSignature(signed, Uint8Array.of(0x30))).toThrow(MalformedTransactionError)
  })

  test('of more than 127 bytes is none', () => {
    const unsigned = encodeTransaction(TRANSFER)
    expect(withSignature(unsigned, new Uint8Array(127))).toHaveLength(unsigned.length + 127)
    expect(() => withSignature(unsigned, new Uint8Array(128))).toThrow(MalformedTransactionError)
  })
})

describe('damage', () => {
  const samples: [string, string][] = [...shortestOfEachType(), ['BLOCK_REWARD', BLOCK_REWARD]]

  test('is looked for in a transaction of each type that decodes, and in some that do not', () => {
    expect(samples.map(([type]) => type).sort()).toEqual([
      'BASIC_TRANSFER',
      'BLOCK_REWARD',
      'CREATE_USER_ASSOCIATION',
      'DELETE_USER_ASSOCIATION',
      'FOLLOW',
      'SUBMIT_POST',
      'UPDATE_PROFILE',
    ])
  })

  test.each(samples)('of %s: no truncation decodes but the one that leaves a version 0', (_, hex) => {
    const whole = hexToBytes(hex)
    const version0 = encodeTransaction({ ...decodeTransaction(whole), ...VERSION_0 })
    const decoding = Array.from(whole, (_byte, length) => whole.slice(0, length)).filter((part) => {
      return problemOf(part) === null
    })
    expect(decoding).toEqual(version0.length < whole.length ? [version0] : [])
  })

  test.each(
    samples,
  )('of %s: every wrong byte is malformed, or makes another canonical transaction', (_, hex) => {
    const damaged = hexToBytes(hex)
    for (const [offset, original] of hexToBytes(hex).entries()) {
      for (let difference = 1; difference < 256; difference += 1) {
        damaged[offset] = original ^ difference
        const isSound = problemOf(damaged) !== null || reencode(bytesToHex(damaged)) === bytesToHex(damaged)
        if (!isSound) expect.fail(`decodes to something else: ${bytesToHex(damaged)}`)
      }
      damaged[offset] = original
    }
  })
})

function shortestOfEachType(): [string, string][] {
  const types = ['BASIC_TRANSFER', 'SUBMIT_POST', 'UPDATE_PROFILE', 'FOLLOW']
  types.push('CREATE_USER_ASSOCIATION', 'DELETE_USER_ASSOCIATION')
  const byLength = chainTransactions().sort((one, other) => one.raw.length - other.raw.length)
  return types.map((type) => [type, byLength.find((transaction) => transaction.type === type)?.raw ?? ''])
}

function fromGolden({ meta, ...fields }: GoldenTransaction['fields']): Transaction {
  const metadata = GOLDEN_METADATA[fields.type]
  if (!metadata) throw new Error(`type ${fields.type} has no fields here`)
  return {
    outputs: fields.outputs.map(({ pk, amount }) => ({
      publicKey: hexToBytes(pk),
      amountNanos: BigInt(amount),
    })),
    metadata: metadata((name) => hexToBytes(String(meta[name])), meta),
    publicKey: hexToBytes(fields.publicKey),
    extraData: new Map(fields.extra.map(({ key, valueHex }) => [key, hexToBytes(valueHex)])),
    signature: new Uint8Array(),
    version: 1n,
    feeNanos: BigInt(fields.fee),
    nonce: { expirationBlockHeight: BigInt(fields.expiration), partialId: BigInt(fields.partialId) },
  }
}
