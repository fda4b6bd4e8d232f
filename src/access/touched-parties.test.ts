import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { partsOf, signedHex } from '../../test/support/hand-made.js'
import { stranger } from '../../test/support/market.js'
import type { Person } from '../../test/support/world.js'
import type { BlockRef, CommittedBlock } from '../deso/chain.js'
import { TouchedParties } from './touched-parties.js'

const [ann, bob, cem, dan] = ['ann', 'bob', 'cem', 'dan'].map(stranger) as [Person, Person, Person, Person]
const bundles = JSON.parse(
  readFileSync(new URL('../../test/fixtures/deso/atomic-wrappers.json', import.meta.url), 'utf8'),
) as { signedHex: string }[]

const at = (height: number): BlockRef => ({ height, hash: `hash ${height}`, time: height })
const written = (by: Person) =>
  signedHex(by, partsOf({ type: 'DIG:PLAN', value: 'gold', target: by, extra: { V: '1' } }), 1n)

function block(height: number, ...hexes: string[]): CommittedBlock {
  return { ...at(height), transactions: hexes.map((hex) => ({ id: hex, bytes: Buffer.from(hex, 'hex') })) }
}

function read(...blocks: CommittedBlock[]): TouchedParties {
  const touched = new TouchedParties(3)
  for (const one of blocks) touched.onBlock(one)
  return touched
}

describe('records stand as they stood', () => {
  it('at the same tip, whatever was read', () => {
    expect(new TouchedParties().areUntouched([ann.publicKey], at(5), at(5))).toBe(true)
    expect(new TouchedParties().areUntouched([ann.publicKey], at(5), at(6))).toBe(false)
  })

  it('until a block holds a transaction of theirs', () => {
    const touched = read(block(11), block(12, written(bob)), block(13))
    expect(touched.areUntouched([ann.publicKey], at(10), at(13))).toBe(true)
    expect(touched.areUntouched([ann.publicKey, bob.publicKey], at(10), at(13))).toBe(false)
    expect(touched.areUntouched([bob.publicKey], at(11), at(12))).toBe(false)
    expect(touched.areUntouched([bob.publicKey], at(12), at(13))).toBe(true)
  })

  it('only where every block between was read', () => {
    const touched = read(block(11), block(12))
    expect(touched.areUntouched([ann.publicKey], at(9), at(12))).toBe(false)
    expect(touched.areUntouched([ann.publicKey], at(10), at(13))).toBe(false)
    expect(touched.areUntouched([ann.publicKey], at(12), at(11))).toBe(false)
    touched.onBlock(block(20))
    expect(touched.areUntouched([ann.publicKey], at(10), at(20))).toBe(false)
    expect(touched.areUntouched([ann.publicKey], at(19), at(20))).toBe(true)
    touched.onGap()
    expect(touched.areUntouched([ann.publicKey], at(19), at(20))).toBe(false)
  })

  it.each([
    ['a bundle', bundles[0]?.signedHex ?? ''],
    ['what does not decode', 'ff'],
  ])('for nobody where %s is in between', (_what, hex) => {
    const touched = read(block(11), block(12, hex), block(13))
    expect(touched.areUntouched([ann.publicKey], at(11), at(13))).toBe(false)
    expect(touched.areUntouched([ann.publicKey], at(12), at(13))).toBe(true)
  })

  it('for nobody since a block whose parties there was no room for', () => {
    const touched = read(
      block(11, written(ann)),
      block(12, written(bob), written(cem)),
      block(13, written(dan)),
    )
    expect(touched.areUntouched([ann.publicKey], at(10), at(13))).toBe(false)
    expect(touched.areUntouched([ann.publicKey], at(11), at(13))).toBe(true)
    expect(touched.areUntouched([dan.publicKey], at(11), at(13))).toBe(false)
  })
})
