import { randomBytes } from 'node:crypto'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { describe, expect, it } from 'vitest'
import {
  fileAssociatedData,
  fileKey,
  newContentKey,
  unwrapContentKey,
  wrapContentKey,
} from './content-keys.js'
import { KeyUnwrapError } from './errors.js'
import { wrapKey } from './key-wrap.js'

const keyPair = (byte: number) => {
  const privateKey = new Uint8Array(32).fill(byte)
  return { privateKey, publicKey: secp256k1.getPublicKey(privateKey, true) }
}
const gateway = keyPair(1)
const creator = keyPair(2)
const thief = keyPair(3)
const encId = new Uint8Array(16).fill(0xe1)
const fileId = new Uint8Array(16).fill(0xf1)
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

describe('content keys', () => {
  it('are 32 random bytes', () => {
    expect(newContentKey().length).toBe(32)
    expect(hex(newContentKey())).not.toBe(hex(newContentKey()))
  })

  it('wrapped to gateway and creator, open for both and for nobody else', () => {
    const contentKey = newContentKey()
    const owner = { creator33: creator.publicKey, encId }
    for (const to of [gateway, creator]) {
      const wrapped = wrapContentKey({ contentKey, ...owner }, to.publicKey)
      expect(wrapped.length).toBe(32 + 33 + 16 + 113)
      expect(hex(unwrapContentKey(wrapped, to.privateKey, owner))).toBe(hex(contentKey))
      expect(() => unwrapContentKey(wrapped, thief.privateKey, owner)).toThrow(KeyUnwrapError)
    }
  })

  it("a creator's wrapped key in a thief's manifest opens nothing", () => {
    const wrapped = wrapContentKey(
      { contentKey: newContentKey(), creator33: creator.publicKey, encId },
      gateway.publicKey,
    )
    // The thief copies wrapped key, enc id and file CID into a manifest of their own: the poster is the thief.
    expect(() =>
      unwrapContentKey(wrapped, gateway.privateKey, { creator33: thief.publicKey, encId }),
    ).toThrow(new KeyUnwrapError('This content key was wrapped for the content of another.'))
  })

  it('a key of one content in another manifest of the same creator opens nothing', () => {
    const wrapped = wrapContentKey(
      { contentKey: newContentKey(), creator33: creator.publicKey, encId },
      gateway.publicKey,
    )
    const otherId = new Uint8Array(16).fill(0xe2)
    expect(() =>
      unwrapContentKey(wrapped, gateway.privateKey, { creator33: creator.publicKey, encId: otherId }),
    ).toThrow(KeyUnwrapError)
  })

  it('a wrapped payload of another length is no content key', () => {
    const owner = { creator33: creator.publicKey, encId }
    for (const length of [32, 80, 82]) {
      const wrapped = wrapKey(randomBytes(length), gateway.publicKey)
      expect(() => unwrapContentKey(wrapped, gateway.privateKey, owner)).toThrow(
        new KeyUnwrapError('What was wrapped is no content key.'),
      )
    }
  })

  it('each file has its own key: HKDF-SHA256 of the content key with its id', () => {
    // RFC 5869 with empty salt, computed independently (Python hmac).
    expect(hex(fileKey(new Uint8Array(32).fill(0xc1), fileId))).toBe(
      'd0986fd79a940a236e391b2c8caf42e7e83dba1b77114025bbb07773422301eb',
    )
    expect(hex(fileKey(new Uint8Array(32).fill(0xc1), encId))).not.toBe(
      'd0986fd79a940a236e391b2c8caf42e7e83dba1b77114025bbb07773422301eb',
    )
  })

  it('associated data is creator and file id', () => {
    expect(hex(fileAssociatedData(creator.publicKey, fileId))).toBe(hex(creator.publicKey) + 'f1'.repeat(16))
  })

  it('parts of a wrong length are refused before anything is wrapped or derived', () => {
    const contentKey = newContentKey()
    const short = new Uint8Array(15)
    expect(() => fileKey(contentKey, short)).toThrow(new RangeError('A file id has 16 bytes, not 15.'))
    expect(() => fileKey(short, fileId)).toThrow(RangeError)
    expect(() => fileAssociatedData(short, fileId)).toThrow(RangeError)
    expect(() =>
      wrapContentKey({ contentKey, creator33: creator.publicKey, encId: short }, gateway.publicKey),
    ).toThrow(RangeError)
  })
})
