import { createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { decrypt, encrypt } from 'deso-protocol/src/identity/crypto-utils.js'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { KeyUnwrapError } from './errors.js'
import { unwrapKey, wrapKey } from './key-wrap.js'

const recipient = Uint8Array.from(Buffer.from('11'.repeat(32), 'hex'))
const recipientPublic = secp256k1.getPublicKey(recipient, true)
const stranger = Uint8Array.from(Buffer.from('22'.repeat(32), 'hex'))
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const bytesOf = (value: string) => new TextEncoder().encode(value)

const sharedX = (privateKey: Uint8Array, publicKey: Uint8Array) =>
  secp256k1.getSharedSecret(privateKey, publicKey, true).subarray(1)

/** DeSo Identity's lib/ecies: elliptic's `derive(...).toArray()` gives the shared x without its leading zeros. */
function identityDecrypt(privateKey: Uint8Array, wrapped: Uint8Array): Uint8Array {
  if (wrapped.length <= 113) throw new Error('Invalid Ciphertext. Data is too small')
  const x = sharedX(privateKey, wrapped.subarray(0, 65))
  const unpadded = x.subarray(x.findIndex((byte) => byte !== 0))
  const derived = createHash('sha256')
    .update(Uint8Array.of(0, 0, 0, 1))
    .update(unpadded)
    .digest()
  const body = wrapped.subarray(65, -32)
  const macKey = createHash('sha256').update(derived.subarray(16)).digest()
  const mac = createHmac('sha256', macKey).update(body).digest()
  if (!mac.equals(wrapped.subarray(-32))) throw new Error('Incorrect MAC')
  const decipher = createDecipheriv('aes-128-ctr', derived.subarray(0, 16), body.subarray(0, 16))
  return Buffer.concat([decipher.update(body.subarray(16)), decipher.final()])
}

/** The MAC that a wrapper puts which hashes `x` in this form, padded or not. */
function macOver(wrapped: Uint8Array, x: Uint8Array): Buffer {
  const derived = createHash('sha256')
    .update(Uint8Array.of(0, 0, 0, 1))
    .update(x)
    .digest()
  const macKey = createHash('sha256').update(derived.subarray(16)).digest()
  return createHmac('sha256', macKey).update(wrapped.subarray(65, -32)).digest()
}

describe('key wrapping', () => {
  /** An ephemeral key whose shared x with the recipient starts with a zero byte: one in 256 does. */
  let unlucky: Uint8Array

  beforeAll(() => {
    for (let i = 1; ; i++) {
      unlucky = Uint8Array.from(createHash('sha256').update(`ephemeral ${i}`).digest())
      if (sharedX(unlucky, recipientPublic)[0] === 0) return
    }
  })

  it('opens for the recipient alone', () => {
    const wrapped = wrapKey(bytesOf('a key'), recipientPublic)
    expect(text(unwrapKey(wrapped, recipient))).toBe('a key')
    expect(() => unwrapKey(wrapped, stranger)).toThrow(KeyUnwrapError)
  })

  it('adds 113 bytes and never wraps twice alike', () => {
    const payload = randomBytes(81)
    const first = wrapKey(payload, recipientPublic)
    expect(first.length).toBe(81 + 113)
    expect(first[0]).toBe(4)
    expect(hex(wrapKey(payload, recipientPublic))).not.toBe(hex(first))
  })

  it('gives back any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (payload) => {
        expect(hex(unwrapKey(wrapKey(payload, recipientPublic), recipient))).toBe(hex(payload))
      }),
      { numRuns: 15 },
    )
  })

  it('is read by deso-protocol', async () => {
    const payload = hex(randomBytes(81))
    const wrapped = wrapKey(bytesOf(payload), recipientPublic)
    expect(await decrypt(recipient, hex(wrapped))).toBe(payload)
  })

  it('reads what deso-protocol encrypted', async () => {
    const payload = hex(randomBytes(81))
    const encrypted = await encrypt(secp256k1.getPublicKey(recipient, false), payload)
    expect(text(unwrapKey(Buffer.from(encrypted, 'hex'), recipient))).toBe(payload)
  })

  it('is read by DeSo Identity', () => {
    expect(text(identityDecrypt(recipient, wrapKey(bytesOf('a key'), recipientPublic)))).toBe('a key')
  })

  it('passes over an ephemeral key whose shared x starts with zero, so that Identity and deso-protocol agree', async () => {
    const keys = [unlucky, unlucky, stranger]
    const wrapped = wrapKey(bytesOf('a key'), recipientPublic, () => keys.shift() as Uint8Array)
    expect(keys).toEqual([])
    expect(hex(wrapped.subarray(0, 65))).toBe(hex(secp256k1.getPublicKey(stranger, false)))
    expect(text(identityDecrypt(recipient, wrapped))).toBe('a key')
    expect(await decrypt(recipient, hex(wrapped))).toBe('a key')
  })

  it('opens both readings of a shared x that starts with zero', () => {
    const x = sharedX(unlucky, recipientPublic)
    const start = x.findIndex((byte) => byte !== 0)
    for (const form of [x, x.subarray(start)]) {
      const derived = createHash('sha256')
        .update(Uint8Array.of(0, 0, 0, 1))
        .update(form)
        .digest()
      const iv = Buffer.alloc(16, 7)
      const cipher = createDecipheriv('aes-128-ctr', derived.subarray(0, 16), iv)
      const body = Buffer.concat([iv, cipher.update(bytesOf('a key'))])
      const unsealed = Buffer.concat([secp256k1.getPublicKey(unlucky, false), body, Buffer.alloc(32)])
      const wrapped = Buffer.concat([unsealed.subarray(0, -32), macOver(unsealed, form)])
      expect(text(unwrapKey(wrapped, recipient))).toBe('a key')
    }
  })

  it('refuses every single-byte corruption and every truncation', () => {
    const wrapped = wrapKey(bytesOf('k'), recipientPublic)
    for (let i = 0; i < wrapped.length; i++) {
      const corrupted = Uint8Array.from(wrapped)
      corrupted[i] = (corrupted[i] ?? 0) ^ 1
      expect(() => unwrapKey(corrupted, recipient)).toThrow(KeyUnwrapError)
    }
    for (const length of [0, 1, 64, 65, 81, 112, 113]) {
      expect(() => unwrapKey(wrapped.subarray(0, length), recipient)).toThrow(KeyUnwrapError)
    }
  })

  it('wraps nothing rather than an empty message, which Identity refuses', () => {
    expect(() => wrapKey(new Uint8Array(0), recipientPublic)).toThrow(TypeError)
  })
})
