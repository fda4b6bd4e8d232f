import { describe, expect, it } from 'vitest'
import { InvalidInputError } from '../errors.js'
import { gatewayIdentityFromSeed } from './gateway-identity.js'

const SEED = '0000000000000000000000000000000000000000000000000000000000000001'
const OLDER = '00000000000000000000000000000000000000000000000000000000000000ff'
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

describe('gateway identity', () => {
  it('takes the seed as the private key itself', () => {
    const identity = gatewayIdentityFromSeed(SEED)
    expect(hex(identity.privateKey)).toBe(SEED)
    expect(hex(identity.publicKey)).toBe('0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798')
  })

  it('unwraps with its own key first, then with the older ones in order', () => {
    const { unwrapKeys } = gatewayIdentityFromSeed(SEED, [OLDER, SEED])
    expect(unwrapKeys.map(hex)).toEqual([SEED, OLDER, SEED])
  })

  it('derives one secret per purpose, the same in every gateway of the seed', () => {
    const identity = gatewayIdentityFromSeed(SEED)
    const again = gatewayIdentityFromSeed(SEED, [OLDER])
    // HKDF-SHA256 of the private key; pinned, because sessions and links of running gateways hang on it.
    expect(hex(identity.secret('session'))).toBe(
      'de74ddc40f13cae3cead946e7d7bb0516f6a14f88052d995dfae22ebb8abfef1',
    )
    expect(hex(again.secret('session'))).toBe(hex(identity.secret('session')))
    expect(hex(identity.secret('link'))).not.toBe(hex(identity.secret('session')))
    expect(hex(gatewayIdentityFromSeed(OLDER).secret('session'))).not.toBe(hex(identity.secret('session')))
  })

  it.each([
    ['too short', SEED.slice(1)],
    ['too long', `${SEED}00`],
    ['no hex', SEED.replace('1', 'g')],
    ['zero', '0'.repeat(64)],
    ['the order of the curve', 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141'],
    ['empty', ''],
  ])('refuses a seed that is %s, without quoting it', (_, seed) => {
    const attempt = () => gatewayIdentityFromSeed(seed)
    expect(attempt).toThrow(InvalidInputError)
    expect(attempt).toThrow(/^A gateway seed is 64 hex digits: a private key of secp256k1\.$/)
  })

  it('refuses a bad older seed', () => {
    expect(() => gatewayIdentityFromSeed(SEED, ['beef'])).toThrow(InvalidInputError)
  })
})
