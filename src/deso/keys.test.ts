import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesToHex, hexToBytes } from '../../test/support/deso-fixtures.js'
import {
  InvalidPrivateKeyError,
  InvalidPublicKeyError,
  isOnCurve,
  parsePrivateKey,
  parsePublicKey,
  publicKeyFromBytes,
  publicKeyOf,
  publicKeyToBytes,
  ZERO_KEY,
} from './keys.js'

/** Alice of the recorded chain, as the node and DeSo's own tools write her. */
const ALICE = {
  seed: '88df53ba070f91d0506b4996ac540f0a8e17f1e9c17d1101680c2c86ac95d82c',
  hex: '0398f5e6825b6aa64265630fd3c7d5362c304c46ec2c3c2bebe64c44083178f8a1',
  testnet: 'tBCKXuDqhjtVqLF3rJuWk84K2vGdKmzVQMZ5aQMZCezykdeFYQxZMq',
  mainnet: 'BC1YLimypXTw5jRKJwjb4hXpWdcFF1GDZKcV9rjRpCHBvoigpVSx8CA',
}
const OFF_CURVE = hexToBytes(`02${'00'.repeat(31)}05`)
const NETWORKS = ['mainnet', 'testnet'] as const

describe('a public key', () => {
  test.each(NETWORKS)('is read and written as %s writes it', (network) => {
    const key = parsePublicKey(ALICE[network], network)
    expect(key).toBe(ALICE[network])
    expect(bytesToHex(publicKeyToBytes(key))).toBe(ALICE.hex)
    expect(publicKeyFromBytes(hexToBytes(ALICE.hex), network)).toBe(ALICE[network])
  })

  test.each([
    ['the other network’s', ALICE.mainnet, 'a public key of DeSo mainnet, and not of testnet'],
    ['one mistyped character', ALICE.testnet.replace('Xu', 'Xv'), 'checksum does not hold'],
    ['a character of no alphabet', ALICE.testnet.replace('tB', 't0'), 'checksum does not hold'],
    ['space around it', ` ${ALICE.testnet}`, 'checksum does not hold'],
    ['nothing', '', 'checksum does not hold'],
    ['what would take minutes to decode', '2'.repeat(1_000_000), 'checksum does not hold'],
    ['a Bitcoin address', '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', 'Base58Check of something other'],
    ['no point of the curve', publicKeyFromBytes(OFF_CURVE, 'testnet'), 'no point of secp256k1'],
    ['the zero key', publicKeyFromBytes(ZERO_KEY, 'testnet'), 'no point of secp256k1'],
  ])('is refused: %s', (_, text, problem) => {
    // Twice, so that what was refused is not remembered as good.
    for (let time = 0; time < 2; time += 1) {
      expect(() => parsePublicKey(text, 'testnet')).toThrow(InvalidPublicKeyError)
      expect(() => parsePublicKey(text, 'testnet')).toThrow(problem)
    }
  })

  test('is checked for the network asked also when it is known already', () => {
    parsePublicKey(ALICE.mainnet, 'mainnet')
    expect(() => parsePublicKey(ALICE.mainnet, 'testnet')).toThrow(InvalidPublicKeyError)
  })

  test('of any 33 bytes survives the way to text and back, as the chain holds such', () => {
    const key = fc.uint8Array({ minLength: 33, maxLength: 33 })
    fc.assert(
      fc.property(key, fc.constantFrom(...NETWORKS), (bytes, network) => {
        const text = publicKeyFromBytes(bytes, network)
        expect(text).toMatch(network === 'mainnet' ? /^BC1Y.{51}$/ : /^tBC.{51}$/)
        expect(publicKeyToBytes(text)).toEqual(bytes)
      }),
    )
  })

  test('of another length is a mistake of the caller', () => {
    expect(() => publicKeyFromBytes(new Uint8Array(32), 'testnet')).toThrow(RangeError)
  })

  test('gives away copies: changing one changes nothing else', () => {
    const key = parsePublicKey(ALICE.testnet, 'testnet')
    publicKeyToBytes(key).fill(0)
    expect(bytesToHex(publicKeyToBytes(key))).toBe(ALICE.hex)
  })
})

describe('the curve', () => {
  test('holds compressed points, and neither others nor other forms of them', () => {
    expect(isOnCurve(hexToBytes(ALICE.hex))).toBe(true)
    expect(isOnCurve(OFF_CURVE)).toBe(false)
    expect(isOnCurve(ZERO_KEY)).toBe(false)
    expect(isOnCurve(hexToBytes(ALICE.hex.replace('03', '04')))).toBe(false)
    expect(isOnCurve(hexToBytes(ALICE.hex).subarray(0, 32))).toBe(false)
  })
})

describe('a private key', () => {
  const order = 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141'

  test('is read from its hex, in either case, and makes its public key', () => {
    expect(bytesToHex(publicKeyOf(parsePrivateKey(ALICE.seed)))).toBe(ALICE.hex)
    expect(parsePrivateKey(ALICE.seed.toUpperCase())).toEqual(hexToBytes(ALICE.seed))
  })

  test.each([
    ['zero', '00'.repeat(32)],
    ['the order of the curve', order],
    ['short', ALICE.seed.slice(2)],
    ['long', `${ALICE.seed}00`],
    ['no hex', `zz${ALICE.seed.slice(2)}`],
  ])('is refused without being repeated: %s', (_, seed) => {
    expect(() => parsePrivateKey(seed)).toThrow(InvalidPrivateKeyError)
    expect(() => parsePrivateKey(seed)).not.toThrow(seed)
    expect(() => publicKeyOf(hexToBytes(seed))).toThrow(InvalidPrivateKeyError)
  })
})
