import { createHash, createPublicKey, verify } from 'node:crypto'
import { signTx } from 'deso-protocol/src/identity/crypto-utils.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryTransaction } from '../../test/support/arbitrary-transaction.js'
import {
  bytesToHex,
  chainTransactions,
  hexToBytes,
  oddSubmissions,
} from '../../test/support/deso-fixtures.js'
import { decodeTransaction, encodeTransaction, unsignedBytes, withSignature } from './codec.js'
import { InvalidPrivateKeyError, publicKeyOf } from './keys.js'
import {
  type SignatureFault,
  sha256d,
  signDigest,
  signTransaction,
  transactionId,
  verifyDigest,
  verifyTransactionSignature,
} from './signature.js'
import type { Transaction } from './transaction.js'

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const OWNER = privateKeyOf('alice')
const DERIVED = privateKeyOf('bob')

const UNSIGNED: Transaction = {
  outputs: [{ publicKey: publicKeyOf(DERIVED), amountNanos: 1_000n }],
  metadata: { type: 'BASIC_TRANSFER' },
  publicKey: publicKeyOf(OWNER),
  extraData: new Map(),
  signature: new Uint8Array(),
  version: 1n,
  feeNanos: 168n,
  nonce: { expirationBlockHeight: 600n, partialId: 7n },
}
const SIGNED = signTransaction(UNSIGNED, OWNER)

/** The recorded chain's users have keys that anyone can make. */
function privateKeyOf(user: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(`deso-ipfs-gateway regtest recording ${user}`).digest())
}

function faultOf(signature: Uint8Array, transaction = UNSIGNED): SignatureFault | 'OWNER' | 'DERIVED' {
  const check = verifyTransactionSignature({ ...transaction, signature })
  if (!check.ok) return check.reason
  return check.isDerived ? 'DERIVED' : 'OWNER'
}

describe('hashes', () => {
  test('are sha256 of sha256', () => {
    expect(bytesToHex(sha256d(new Uint8Array()))).toBe(
      '5df6e0e2761359d30a8275058e299fcc0381534545f55cf43e41983f5d4c9456',
    )
  })

  test('of signed bytes are ids', () => {
    const [first] = chainTransactions()
    expect(transactionId(hexToBytes(first?.raw ?? ''))).toBe(
      '263976ced0d61c43d3b33f0704333b163f46552733a5ba9f3f6154dd85ba617e',
    )
  })
})

describe('signing', () => {
  test('is deterministic, byte for byte what was mined', () => {
    const alice = bytesToHex(publicKeyOf(OWNER))
    const mined = chainTransactions().filter(({ raw }) => {
      return bytesToHex(decodeTransaction(hexToBytes(raw)).publicKey) === alice
    })
    expect(mined).toHaveLength(70)
    for (const { raw } of mined) {
      const unsigned = { ...decodeTransaction(hexToBytes(raw)), signature: new Uint8Array() }
      expect(bytesToHex(encodeTransaction(signTransaction(unsigned, OWNER)))).toBe(raw)
    }
  })

  test('replaces a signature that is there already', () => {
    expect(signTransaction(SIGNED, OWNER)).toEqual(SIGNED)
  })

  test('makes signatures that hold here and for OpenSSL, of low S', () => {
    const arbitraryKey = fc.bigInt(1n, ORDER - 1n).map(toBytes32)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), arbitraryKey, (message, privateKey) => {
        const signature = signDigest(sha256d(message), privateKey)
        expect(verifyDigest(sha256d(message), signature, publicKeyOf(privateKey))).toBe(true)
        expect(opensslVerifies(message, signature, publicKeyOf(privateKey))).toBe(true)
        expect(parseDer(signature).s <= ORDER / 2n).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  test('with what is no key is refused', () => {
    expect(() => signDigest(new Uint8Array(32), new Uint8Array(32))).toThrow(InvalidPrivateKeyError)
    expect(() => signTransaction(UNSIGNED, OWNER.subarray(1))).toThrow(InvalidPrivateKeyError)
  })
})

describe('the signature of an owner', () => {
  test('holds on everything that a real chain took', () => {
    for (const { raw } of chainTransactions()) {
      const transaction = decodeTransaction(hexToBytes(raw))
      const check = verifyTransactionSignature(transaction)
      if (!check.ok || check.isDerived) expect.fail(`${raw}: ${JSON.stringify(check)}`)
      expect(check.signer).toEqual(transaction.publicKey)
    }
  })

  test('holds on any transaction, and on no other', () => {
    fc.assert(
      fc.property(arbitraryTransaction(), (arbitrary) => {
        const signed = signTransaction({ ...arbitrary, publicKey: publicKeyOf(OWNER) }, OWNER)
        expect(verifyTransactionSignature(signed)).toEqual({
          ok: true,
          signer: signed.publicKey,
          isDerived: false,
        })
        expect(faultOf(SIGNED.signature, signed)).toBe('WRONG_SIGNER')
      }),
      { numRuns: 40 },
    )
  })

  test('holds when deso-protocol made it', async () => {
    const hex = await signTx(bytesToHex(unsignedBytes(UNSIGNED)), bytesToHex(OWNER))
    expect(faultOf(decodeTransaction(hexToBytes(hex)).signature)).toBe('OWNER')
  })

  test('holds when it came apart from the bytes', () => {
    const signed = decodeTransaction(withSignature(unsignedBytes(UNSIGNED), SIGNED.signature))
    expect(signed).toEqual(SIGNED)
    expect(verifyTransactionSignature(signed)).toEqual({
      ok: true,
      signer: UNSIGNED.publicKey,
      isDerived: false,
    })
  })

  test('does not survive the change of any bit', () => {
    for (let bit = 8; bit < SIGNED.signature.length * 8; bit += 1) {
      const changed = SIGNED.signature.slice()
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(['NOT_CANONICAL', 'WRONG_SIGNER', 'HIGH_S']).toContain(faultOf(changed))
    }
  })

  test('does not survive a byte more or less anywhere', () => {
    const { signature } = SIGNED
    for (let at = 0; at <= signature.length; at += 1) {
      const [before, after] = [signature.subarray(0, at), signature.subarray(at)]
      if (after.length > 0)
        expect(faultOf(Uint8Array.of(...before, ...after.subarray(1)))).toBe('NOT_CANONICAL')
      for (const surplus of [0x00, 0x01, 0x02, 0x30, 0x80, 0x81, 0xff]) {
        expect(faultOf(Uint8Array.of(...before, surplus, ...after))).toBe('NOT_CANONICAL')
      }
    }
  })

  test('has one form', () => {
    const { r, s } = parseDer(SIGNED.signature)
    const [header = 0, , ...rest] = SIGNED.signature
    expect(faultOf(der(derInteger(r), derInteger(s)))).toBe('OWNER')
    expect(faultOf(der(derInteger(r), derInteger(ORDER - s)))).toBe('HIGH_S')
    expect(faultOf(der(Uint8Array.of(0, ...derInteger(r)), derInteger(s)))).toBe('NOT_CANONICAL')
    expect(faultOf(der(derInteger(r), derInteger(s), Uint8Array.of(0)))).toBe('NOT_CANONICAL')
    expect(faultOf(der(derInteger(r + ORDER), derInteger(s)))).toBe('NOT_CANONICAL')
    expect(faultOf(der(derInteger(0n), derInteger(s)))).toBe('NOT_CANONICAL')
    expect(faultOf(Uint8Array.of(...SIGNED.signature, 0))).toBe('NOT_CANONICAL')
    expect(faultOf(Uint8Array.of(header, 0x81, rest.length, ...rest))).toBe('NOT_CANONICAL')
    expect(faultOf(Uint8Array.of(0x2f, rest.length, ...rest))).toBe('NOT_CANONICAL')
    expect(faultOf(Uint8Array.of(0x35, rest.length, ...rest))).toBe('NOT_CANONICAL')
    expect(faultOf(Uint8Array.of(header))).toBe('NOT_CANONICAL')
    expect(faultOf(new Uint8Array())).toBe('UNSIGNED')
  })
})

describe('the signature of a derived key', () => {
  test('names its key by recovery, as deso-protocol writes it', async () => {
    const hex = await signTx(bytesToHex(unsignedBytes(UNSIGNED)), bytesToHex(DERIVED), { isDerivedKey: true })
    const signed = decodeTransaction(hexToBytes(hex))
    expect(signed.signature[0]).toBeGreaterThan(0x30)
    expect(verifyTransactionSignature(signed)).toEqual({
      ok: true,
      signer: publicKeyOf(DERIVED),
      isDerived: true,
    })
  })

  test('names its key in ExtraData, under the signature', () => {
    const named = { ...UNSIGNED, extraData: new Map([['DerivedPublicKey', publicKeyOf(DERIVED)]]) }
    const signed = signTransaction(named, DERIVED)
    expect(verifyTransactionSignature(signed)).toEqual({
      ok: true,
      signer: publicKeyOf(DERIVED),
      isDerived: true,
    })
    expect(faultOf(signTransaction(named, OWNER).signature, named)).toBe('WRONG_SIGNER')
  })

  test('does not name it twice', async () => {
    const named = { ...UNSIGNED, extraData: new Map([['DerivedPublicKey', publicKeyOf(DERIVED)]]) }
    const hex = await signTx(bytesToHex(unsignedBytes(named)), bytesToHex(DERIVED), { isDerivedKey: true })
    expect(faultOf(decodeTransaction(hexToBytes(hex)).signature, named)).toBe('TWO_DERIVED_KEYS')
  })

  test('recovers one key a header, or none: the signer’s under one of them alone', () => {
    const recovered = [0x31, 0x32, 0x33, 0x34].map((header) => {
      const signature = Uint8Array.of(header, ...SIGNED.signature.subarray(1))
      const check = verifyTransactionSignature({ ...UNSIGNED, signature })
      return check.ok ? bytesToHex(check.signer) : check.reason
    })
    expect(recovered.filter((key) => key === bytesToHex(publicKeyOf(OWNER)))).toHaveLength(1)
    expect(new Set(recovered.slice(0, 2)).size).toBe(2)
    expect(recovered.slice(2)).toEqual(['WRONG_SIGNER', 'WRONG_SIGNER'])
  })

  test.each([
    ['no point', new Uint8Array(33)],
    ['of another length', publicKeyOf(DERIVED).subarray(1)],
    ['empty', new Uint8Array()],
  ])('does not hold for a key that is %s', (_, key) => {
    const named = { ...UNSIGNED, extraData: new Map([['DerivedPublicKey', key]]) }
    expect(faultOf(signTransaction(named, DERIVED).signature, named)).toBe('WRONG_SIGNER')
  })

  test('acts for no owner that is no key', () => {
    const ownerless = { ...UNSIGNED, publicKey: new Uint8Array(33) }
    const named = { ...ownerless, extraData: new Map([['DerivedPublicKey', publicKeyOf(DERIVED)]]) }
    expect(faultOf(signTransaction(named, DERIVED).signature, named)).toBe('WRONG_SIGNER')
    expect(faultOf(signTransaction(ownerless, OWNER).signature, ownerless)).toBe('WRONG_SIGNER')
  })
})

test('the verdict on what a real node refused is the node’s', () => {
  const verdicts = oddSubmissions()
    .filter(
      ({ scenario, step }) =>
        scenario === 'b-send-deso' && step >= 55 && step <= 64 && step !== 62 && step !== 63,
    )
    .map(({ signedHex, error }) => {
      const transaction = decodeTransaction(hexToBytes(signedHex))
      return [error, faultOf(transaction.signature, transaction)]
    })
  expect(verdicts).toEqual([
    ['RuleErrorInvalidTransactionSignature', 'WRONG_SIGNER'],
    ['RuleErrorTxnSigHasHighS', 'HIGH_S'],
    ['RuleErrorDerivedKeyNotAuthorized', 'DERIVED'], // Good in itself; only the chain knows that it may not.
    ['RuleErrorTransactionHasNoSignature', 'UNSIGNED'],
    [null, 'NOT_CANONICAL'], // The node cannot parse it.
    ['RuleErrorInvalidTransactionSignature', 'WRONG_SIGNER'],
    ['RuleErrorInvalidTransactionSignature', 'WRONG_SIGNER'],
    [null, 'WRONG_SIGNER'], // Cut down to version 0, which the node refuses for that.
  ])
})

describe('the signature of a digest', () => {
  const digest = sha256d(Uint8Array.of(1))
  const signature = signDigest(digest, OWNER)

  test('is one key’s and one digest’s', () => {
    expect(verifyDigest(digest, signature, publicKeyOf(OWNER))).toBe(true)
    expect(verifyDigest(digest, signature, publicKeyOf(DERIVED))).toBe(false)
    expect(verifyDigest(sha256d(Uint8Array.of(2)), signature, publicKeyOf(OWNER))).toBe(false)
  })

  test('is refused in any other form, or for what is no key', () => {
    const { r, s } = parseDer(signature)
    expect(verifyDigest(digest, der(derInteger(r), derInteger(ORDER - s)), publicKeyOf(OWNER))).toBe(false)
    expect(verifyDigest(digest, Uint8Array.of(0x31, ...signature.subarray(1)), publicKeyOf(OWNER))).toBe(
      false,
    )
    expect(verifyDigest(digest, new Uint8Array(), publicKeyOf(OWNER))).toBe(false)
    expect(verifyDigest(digest, signature, new Uint8Array(33))).toBe(false)
    expect(verifyDigest(digest, signature, uncompressed(publicKeyOf(OWNER)))).toBe(false)
  })
})

// DER and OpenSSL, apart from the code under test.

function parseDer(signature: Uint8Array): { r: bigint; s: bigint } {
  const rLength = signature[3] ?? 0
  const integer = (from: number, length: number) =>
    BigInt(`0x${bytesToHex(signature.subarray(from, from + length))}`)
  return { r: integer(4, rLength), s: integer(6 + rLength, signature[5 + rLength] ?? 0) }
}

function derInteger(value: bigint): Uint8Array {
  const hex = value.toString(16)
  const bytes = hexToBytes(hex.length % 2 ? `0${hex}` : hex)
  return (bytes[0] ?? 0) >= 0x80 ? Uint8Array.of(0, ...bytes) : bytes
}

function der(r: Uint8Array, s: Uint8Array, surplus = new Uint8Array()): Uint8Array {
  const body = [2, r.length, ...r, 2, s.length, ...s, ...surplus]
  return Uint8Array.of(0x30, body.length, ...body)
}

function toBytes32(value: bigint): Uint8Array {
  return hexToBytes(value.toString(16).padStart(64, '0'))
}

function openSslKey(publicKey: Uint8Array) {
  const spki = Buffer.concat([
    Buffer.from('3036301006072a8648ce3d020106052b8104000a032200', 'hex'),
    publicKey,
  ])
  return createPublicKey({ key: spki, format: 'der', type: 'spki' })
}

/** OpenSSL hashes once itself. */
function opensslVerifies(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean {
  const once = createHash('sha256').update(message).digest()
  return verify('sha256', once, openSslKey(publicKey), signature)
}

function uncompressed(publicKey: Uint8Array): Uint8Array {
  const { x = '', y = '' } = openSslKey(publicKey).export({ format: 'jwk' })
  return Uint8Array.of(4, ...Buffer.from(x, 'base64url'), ...Buffer.from(y, 'base64url'))
}
