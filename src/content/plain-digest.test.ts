import { createHmac, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { gatewayIdentityFromSeed } from '../crypto/gateway-identity.js'
import { PlainDigest } from './plain-digest.js'

const identity = gatewayIdentityFromSeed('11'.repeat(32))
const secret = identity.secret('upload-digest')
const FIRST_PIECE = 65_480

function digestOf(bytes: Uint8Array, chunkBytes = bytes.length || 1): string {
  const digest = new PlainDigest(identity)
  for (let at = 0; at < bytes.length; at += chunkBytes) digest.update(bytes.subarray(at, at + chunkBytes))
  return digest.finish()
}

describe('a digest of plain bytes', () => {
  it('is a chain of HMACs over the pieces that the cipher seals', () => {
    const bytes = randomBytes(70_000)
    const hmac = (...parts: (Uint8Array | string)[]) =>
      parts.reduce((mac, part) => mac.update(part), createHmac('sha256', secret)).digest()
    const chain = hmac(hmac(new Uint8Array(32), bytes.subarray(0, FIRST_PIECE)), bytes.subarray(FIRST_PIECE))
    const size = Buffer.alloc(8)
    size.writeBigUInt64BE(70_000n)
    expect(digestOf(bytes)).toBe(hmac(chain, 'end', size).toString('hex'))
    expect(digestOf(new Uint8Array(0))).toBe(hmac(new Uint8Array(32), 'end', Buffer.alloc(8)).toString('hex'))
  })

  it('is the same however the bytes are cut, and goes on behind any whole piece', () => {
    const bytes = randomBytes(140_000)
    const expected = digestOf(bytes)
    for (const chunk of [1_000, 65_480, 65_520, 131_000]) expect(digestOf(bytes, chunk)).toBe(expected)
    const begun = new PlainDigest(identity)
    begun.update(bytes.subarray(0, 131_000))
    const resumed = new PlainDigest(identity, { chain: begun.chain, size: 131_000 })
    resumed.update(bytes.subarray(131_000))
    expect(resumed.finish()).toBe(expected)
  })

  it('differs with any byte and with the length', () => {
    const bytes = randomBytes(FIRST_PIECE)
    const changed = Uint8Array.from(bytes)
    changed[FIRST_PIECE - 1] = (bytes[FIRST_PIECE - 1] as number) ^ 1
    const longer = Buffer.concat([bytes, Buffer.alloc(1)])
    const digests = [bytes, changed, longer, bytes.subarray(1)].map((each) => digestOf(each))
    expect(new Set(digests).size).toBe(4)
  })
})
