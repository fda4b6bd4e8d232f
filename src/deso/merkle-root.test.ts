import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { describe, expect, it } from 'vitest'
import { merkleRootOf } from './merkle-root.js'
import { sha256d } from './signature.js'

const hash = (byte: number) => new Uint8Array(32).fill(byte)
const pair = (left: Uint8Array, right: Uint8Array) => sha256d(Buffer.concat([left, right]))
const rootOf = (...hashes: string[]) => bytesToHex(merkleRootOf(hashes.map(hexToBytes)))

describe('the merkle root', () => {
  it('of one transaction is that of the first block after genesis (recordings, f#60)', () => {
    expect(rootOf('bbb176cd81e82b200aca8a16a40f836212830e310e104a7cedfc6554a444f416')).toBe(
      '4aa63beeee2ffc12077ee11d1dcfaa235bb4e07972995d2bae076f941b2708d9',
    )
  })

  it('of one transaction is that of the genesis block (core lib/constants.go)', () => {
    expect(rootOf('c5588ecec3bd6f1cbe67ccbb8f17d43c8d8a31e9a743b0d1fa8ea625290d60b4')).toBe(
      '4b71d103dd6fff1bd6110bc8ed0a2f3118bbe29a67e45c6c7d97546ad126906f',
    )
  })

  it('of two is that of a block of a real node (recordings, f#57)', () => {
    expect(
      rootOf(
        '04278eb354d46bc76c4c138971fc6dcca8f5e9965423ac1296329a34f4df31db',
        'd2c48e05afb26c7d116444624eb66583cb87997e733a7e75546157424ce67059',
      ),
    ).toBe('9cd0dffa8ff3e1e2dac8f19563f53a37926c2baa8edc8f55813dcbef6f1f5b34')
  })

  it('pairs an odd one with itself, on every level', () => {
    const [a, b, c, d, e] = [hash(1), hash(2), hash(3), hash(4), hash(5)]
    expect(merkleRootOf([a, b, c])).toEqual(pair(pair(a, b), pair(c, c)))
    const ee = pair(e, e)
    expect(merkleRootOf([a, b, c, d, e])).toEqual(pair(pair(pair(a, b), pair(c, d)), pair(ee, ee)))
  })

  it('of nothing is none, as a block begins with its reward', () => {
    expect(() => merkleRootOf([])).toThrow(RangeError)
  })
})
