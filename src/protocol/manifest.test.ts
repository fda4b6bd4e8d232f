import * as dagCbor from '@ipld/dag-cbor'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { expect, test } from 'vitest'
import { key } from '../../test/support/record-chain.js'
import { UploadTooLargeError } from '../errors.js'
import { equalBytes } from './bytes.js'
import {
  decodeManifest,
  ENCRYPTION_ALGORITHM,
  encodeManifest,
  type GatedManifest,
  InvalidManifestError,
  isManifestOf,
  leastFileBytes,
  MAX_MANIFEST_BYTES,
  type Manifest,
  manifestCid,
  type PublicManifest,
  parseManifestCid,
} from './manifest.js'

const RAW = 0x55
const DAG_PB = 0x70

const link = (seed: number, codec = RAW) =>
  CID.createV1(codec, createDigest(0x12, new Uint8Array(32).fill(seed)))

const PUBLIC: PublicManifest = {
  creator: key(1),
  enc: null,
  files: [{ name: 'film.mp4', type: 'video/mp4', size: 5_000_000_000, cid: link(1, DAG_PB) }],
  dir: null,
}
const GATED: GatedManifest = {
  creator: key(1),
  enc: {
    alg: ENCRYPTION_ALGORITHM,
    id: new Uint8Array(16).fill(7),
    keys: [{ to: key(1), key: new Uint8Array(40).fill(8) }],
  },
  files: [{ name: 'a', type: '', size: 0, cid: link(2), id: new Uint8Array(16).fill(9) }],
  dir: null,
}

/** The manifest as plain values, for breaking. */
const plainOf = (manifest: Manifest) => dagCbor.decode<Record<string, unknown>>(encodeManifest(manifest))
const fileOf = (manifest: Manifest) => (plainOf(manifest).files as Record<string, unknown>[])[0] ?? {}
const encOf = () => plainOf(GATED).enc as Record<string, unknown>
const decodeValue = (value: unknown) => () => decodeManifest(dagCbor.encode(value))

test('a public manifest is these bytes and this CID', async () => {
  const bytes = encodeManifest(PUBLIC)
  expect(Buffer.from(bytes).toString('hex')).toBe(
    `a36176016566696c657381a463636964d82a58250001701220${'01'.repeat(32)}` +
      '646e616d656866696c6d2e6d70346473697a651b000000012a05f200647479706569766964656f2f6d7034' +
      `6763726561746f72582102${'01'.repeat(32)}`,
  )
  expect(String(await manifestCid(bytes))).toBe('bafyreifg4pgget4s45evxc7bsv65l2i7ocqmtf7qwxlapulohvu6arsbkm')
})

test('manifests read back as they were written', () => {
  const withDir: Manifest = { ...PUBLIC, dir: link(3, DAG_PB) }
  for (const manifest of [PUBLIC, GATED, withDir]) {
    expect(decodeManifest(encodeManifest(manifest))).toEqual(manifest)
  }
})

test('any manifest that holds reads back, and encodes to the same bytes', () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
  const file = fc.record({
    name: fc.stringMatching(/^[a-zäß日 .-]{1,20}$/).filter((name) => name !== '.' && name !== '..'),
    type: fc.stringMatching(/^[\x20-\x7e]{0,30}$/),
    size: fc.maxSafeNat(),
    cid: fc.integer({ min: 0, max: 255 }).map((seed) => link(seed, seed % 2 ? RAW : DAG_PB)),
  })
  const gatedFile = fc.tuple(file, bytes(16)).map(([plain, id]) => ({ ...plain, id }))
  const byName = { minLength: 1, maxLength: 6, selector: ({ name }: { name: string }) => name }
  const publicManifest = fc.record<PublicManifest>({
    creator: bytes(33),
    enc: fc.constant(null),
    files: fc.uniqueArray(file, byName),
    dir: fc.option(fc.constant(link(5, DAG_PB))),
  })
  const gatedManifest = fc.record<GatedManifest>({
    creator: bytes(33),
    enc: fc.record({
      alg: fc.constant(ENCRYPTION_ALGORITHM),
      id: bytes(16),
      keys: fc.array(fc.record({ to: bytes(33), key: fc.uint8Array() }), { minLength: 1, maxLength: 4 }),
    }),
    files: fc.uniqueArray(gatedFile, byName),
    dir: fc.constant(null),
  })
  fc.assert(
    fc.property(fc.oneof(publicManifest, gatedManifest), (manifest) => {
      const encoded = encodeManifest(manifest)
      expect(decodeManifest(encoded)).toEqual(manifest)
      expect(encodeManifest(decodeManifest(encoded))).toEqual(encoded)
    }),
  )
})

test.each<[string, () => unknown]>([
  ['an unknown key', () => ({ ...plainOf(PUBLIC), policy: 'PUBLIC' })],
  ['another version', () => ({ ...plainOf(PUBLIC), v: 2 })],
  ['a version as text', () => ({ ...plainOf(PUBLIC), v: '1' })],
  ['a creator of 32 bytes', () => ({ ...plainOf(PUBLIC), creator: new Uint8Array(32) })],
  ['a creator as text', () => ({ ...plainOf(PUBLIC), creator: 'x'.repeat(33) })],
  ['no files', () => ({ ...plainOf(PUBLIC), files: [] })],
  ['files as a map', () => ({ ...plainOf(PUBLIC), files: { 0: fileOf(PUBLIC) } })],
  ['a file that is null', () => ({ ...plainOf(PUBLIC), files: [null] })],
  ['a null enc', () => ({ ...plainOf(PUBLIC), enc: null })],
  ['a null dir', () => ({ ...plainOf(PUBLIC), dir: null })],
  ['a dir that links a raw block', () => ({ ...plainOf(PUBLIC), dir: link(1, RAW) })],
  ['a dir as text', () => ({ ...plainOf(PUBLIC), dir: String(link(1, DAG_PB)) })],
  ['no enc, though its files have ids', () => ({ ...plainOf(PUBLIC), files: [fileOf(GATED)] })],
  ['an enc, though its files have no ids', () => ({ ...plainOf(GATED), files: [fileOf(PUBLIC)] })],
  [
    'one file without id, though gated',
    () => ({ ...plainOf(GATED), files: [fileOf(GATED), fileOf(PUBLIC)] }),
  ],
  ['two files of one name', () => ({ ...plainOf(PUBLIC), files: [fileOf(PUBLIC), fileOf(PUBLIC)] })],
  ...[
    ['a', 'a/b'],
    ['a/b', 'a'],
  ].map(([one = '', other = '']): [string, () => unknown] => [
    `a file ${one} beside a file ${other}`,
    () => ({ ...plainOf(PUBLIC), files: [one, other].map((name) => ({ ...fileOf(PUBLIC), name })) }),
  ]),
  [
    'two files of one id',
    () => ({ ...plainOf(GATED), files: [fileOf(GATED), { ...fileOf(GATED), name: 'b' }] }),
  ],
  ['an unknown algorithm', () => ({ ...plainOf(GATED), enc: { ...encOf(), alg: 'AES128-GCM-HKDF-64KiB' } })],
  ['an enc id of 15 bytes', () => ({ ...plainOf(GATED), enc: { ...encOf(), id: new Uint8Array(15) } })],
  ['an enc with an unknown key', () => ({ ...plainOf(GATED), enc: { ...encOf(), salt: 1 } })],
  ['no wrapped keys', () => ({ ...plainOf(GATED), enc: { ...encOf(), keys: [] } })],
  [
    'a wrapped key to 65 bytes',
    () => ({
      ...plainOf(GATED),
      enc: { ...encOf(), keys: [{ to: new Uint8Array(65), key: new Uint8Array(1) }] },
    }),
  ],
  [
    'a wrapped key as text',
    () => ({ ...plainOf(GATED), enc: { ...encOf(), keys: [{ to: key(1), key: 'x' }] } }),
  ],
])('a manifest with %s does not hold', (_, value) => {
  expect(decodeValue(value())).toThrow(InvalidManifestError)
})

test('a gated manifest links no directory, which would name the files in the open', () => {
  expect(decodeValue({ ...plainOf(GATED), dir: link(1, DAG_PB) })).toThrow('is gated and yet has a directory')
})

test.each(['v', 'creator', 'files'])('a manifest without %s does not hold', (name) => {
  const value = plainOf(PUBLIC)
  delete value[name]
  expect(decodeValue(value)).toThrow(InvalidManifestError)
})

test.each(['alg', 'id', 'keys'])('an enc without %s does not hold', (name) => {
  const enc = encOf()
  delete enc[name]
  expect(decodeValue({ ...plainOf(GATED), enc })).toThrow(InvalidManifestError)
})

test.each<[string, Record<string, unknown>]>([
  ['an unknown key', { sha256: 'x' }],
  ['a name that is a path', { name: '../secret' }],
  ['an empty name', { name: '' }],
  ['a name of 256 bytes', { name: 'x'.repeat(256) }],
  ['a name as bytes', { name: new Uint8Array([97]) }],
  ['a type that breaks a header', { type: 'text/plain\r\nSet-Cookie: a=b' }],
  ['a type beyond ASCII', { type: 'video/mp4; title=ü' }],
  ['a type of 256 bytes', { type: 'x'.repeat(256) }],
  ['a negative size', { size: -1 }],
  ['a size with a fraction', { size: 1.5 }],
  ['a size above 2^53 - 1', { size: 2n ** 53n }],
  ['a size as text', { size: '1' }],
  ['a link as text', { cid: 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy' }],
  ['a link of dag-cbor', { cid: link(1, 0x71) }],
  ['a link by a weak hash', { cid: CID.createV1(RAW, createDigest(0x11, new Uint8Array(20))) }],
  ['a link by a short hash', { cid: CID.createV1(RAW, createDigest(0x12, new Uint8Array(20))) }],
])('a file with %s does not hold', (_, changes) => {
  expect(decodeValue({ ...plainOf(PUBLIC), files: [{ ...fileOf(PUBLIC), ...changes }] })).toThrow(
    InvalidManifestError,
  )
})

test.each(['name', 'type', 'size', 'cid', 'id'])('a gated file without %s does not hold', (name) => {
  const file = { ...fileOf(GATED) }
  delete file[name]
  expect(decodeValue({ ...plainOf(GATED), files: [file] })).toThrow(InvalidManifestError)
})

test.each<[string, unknown]>([
  ['null', null],
  ['a number', 1],
  ['a text', 'manifest'],
  ['bytes', new Uint8Array(10)],
  ['a list', [1]],
  ['a link', link(1)],
  ['an empty map', {}],
])('%s is no manifest', (_, value) => {
  expect(decodeValue(value)).toThrow(InvalidManifestError)
})

test('only the canonical bytes hold', () => {
  const bytes = encodeManifest(PUBLIC)
  // The same map with `v` as 0x1801, an integer longer than it must be.
  const longInteger = Uint8Array.from([...bytes.subarray(0, 3), 0x18, 0x01, ...bytes.subarray(4)])
  expect(() => decodeManifest(longInteger)).toThrow(InvalidManifestError)
  // {"v": 1, "creator": …, "files": …}: the keys out of order (dag-cbor sorts by length first).
  const ordered = dagCbor.encode({ files: plainOf(PUBLIC).files }).subarray(1)
  const creator = dagCbor.encode({ creator: key(1) }).subarray(1)
  const swapped = Uint8Array.from([0xa3, 0x61, 0x76, 0x01, ...creator, ...ordered])
  expect(dagCbor.decode(swapped)).toEqual(plainOf(PUBLIC))
  expect(() => decodeManifest(swapped)).toThrow(InvalidManifestError)
  // `size` as the float 5e9.
  const float = Buffer.from(bytes).toString('hex').replace('1b000000012a05f200', 'fb41f2a05f20000000')
  expect(() => decodeManifest(Buffer.from(float, 'hex'))).toThrow(InvalidManifestError)
  expect(() => decodeManifest(Uint8Array.from([...bytes, 0]))).toThrow(InvalidManifestError)
})

test('every truncation and every flipped bit is refused, or is another manifest in its one form', () => {
  const bytes = encodeManifest(GATED)
  for (let length = 0; length < bytes.length; length++) {
    expect(() => decodeManifest(bytes.subarray(0, length))).toThrow(InvalidManifestError)
  }
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const broken = Uint8Array.from(bytes)
    broken[bit >> 3] = (broken[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    expect(['refused', 'the same bytes']).toContain(decodeAndEncode(broken))
  }
})

function decodeAndEncode(bytes: Uint8Array): string {
  try {
    return equalBytes(encodeManifest(decodeManifest(bytes)), bytes) ? 'the same bytes' : 'other bytes'
  } catch (error) {
    return error instanceof InvalidManifestError ? 'refused' : String(error)
  }
}

test('hostile bytes are refused: deep nesting, huge lengths, a prototype, twice a key', () => {
  const hostile = [
    new Uint8Array(MAX_MANIFEST_BYTES).fill(0x81),
    new Uint8Array(MAX_MANIFEST_BYTES).fill(0xd8),
    Uint8Array.from([0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
    Uint8Array.from([0x5a, 0xff, 0xff, 0xff, 0xff]),
    Uint8Array.from([0xa1, 0x69, ...Buffer.from('__proto__'), ...encodeManifest(PUBLIC)]),
    Uint8Array.from([0xa2, 0x61, 0x76, 0x01, 0x61, 0x76, 0x01]),
  ]
  for (const bytes of hostile) expect(() => decodeManifest(bytes)).toThrow(InvalidManifestError)
})

test('a map with the fields of a link is none', () => {
  const fake = { '#': 'x', bytes: 'x', version: 1, code: RAW, multihash: { code: 0x12, size: 32 } }
  const value = { ...plainOf(PUBLIC), files: [{ ...fileOf(PUBLIC), cid: fake }] }
  // '/' for '#' afterwards: the encoder, too, takes such a map for a link.
  const hex = Buffer.from(dagCbor.encode(value)).toString('hex').replace('6123', '612f')
  expect(() => decodeManifest(Buffer.from(hex, 'hex'))).toThrow(InvalidManifestError)
})

test('random bytes are refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(() => decodeManifest(bytes)).toThrow(InvalidManifestError)
    }),
  )
})

test('a manifest is at most 2 MiB, written or read', () => {
  const keyOf = (length: number): GatedManifest => ({
    ...GATED,
    enc: { ...GATED.enc, keys: [{ to: key(1), key: new Uint8Array(length) }] },
  })
  const overhead = encodeManifest(keyOf(100_000)).length - 100_000
  const most = MAX_MANIFEST_BYTES - overhead
  expect(encodeManifest(keyOf(most))).toHaveLength(2_097_152)
  expect(() => encodeManifest(keyOf(most + 1))).toThrow(UploadTooLargeError)
  const value = plainOf(GATED)
  const enc = { ...encOf(), keys: [{ to: key(1), key: new Uint8Array(most + 1) }] }
  expect(decodeValue({ ...value, enc })).toThrow(InvalidManifestError)
})

test.each([
  PUBLIC,
  GATED,
])('what a file takes of a manifest is known before, but for a dozen bytes', (manifest) => {
  const [file] = manifest.files
  if (!file) throw new Error('the sample has a file')
  const length = (files: readonly object[]) => encodeManifest({ ...manifest, files } as Manifest).length
  for (const name of ['b', 'ü'.repeat(100), 'x'.repeat(255)]) {
    for (const size of [0, Number.MAX_SAFE_INTEGER]) {
      const other = {
        ...file,
        name,
        type: 'video/mp4',
        size,
        ...('id' in file && { id: new Uint8Array(16) }),
      }
      const taken = length([file, other]) - length([file])
      const least = leastFileBytes(name, 'video/mp4', manifest.enc !== null)
      expect([least <= taken, taken <= least + 12]).toEqual([true, true])
    }
  }
})

test('what does not hold is not written', () => {
  const file = PUBLIC.files[0]
  if (!file) throw new Error('the sample has a file')
  expect(() => encodeManifest({ ...PUBLIC, files: [] })).toThrow(InvalidManifestError)
  expect(() => encodeManifest({ ...PUBLIC, files: [file, file] })).toThrow(InvalidManifestError)
  expect(() => encodeManifest({ ...PUBLIC, files: [{ ...file, size: Number.NaN }] })).toThrow(
    InvalidManifestError,
  )
  expect(() => encodeManifest({ ...PUBLIC, creator: new Uint8Array(32) })).toThrow(InvalidManifestError)
})

test('a manifest says whose it is', () => {
  expect(isManifestOf(PUBLIC, key(1))).toBe(true)
  expect(isManifestOf(PUBLIC, key(2))).toBe(false)
})

test('a post names a manifest by a CIDv1 of dag-cbor and sha2-256', async () => {
  const cid = await manifestCid(encodeManifest(PUBLIC))
  expect(parseManifestCid(String(cid))?.equals(cid)).toBe(true)
})

test.each([
  ['nothing', ''],
  ['no CID', 'bafyreigh2'],
  ['a CIDv0', 'QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn'],
  ['a CID of raw bytes', String(link(1, RAW))],
  ['a CID of dag-pb', String(link(1, DAG_PB))],
  ['another hash', String(CID.createV1(0x71, createDigest(0x13, new Uint8Array(64))))],
  ['a hash too short', String(CID.createV1(0x71, createDigest(0x12, new Uint8Array(4))))],
  ['a path', `/ipfs/${link(1, 0x71)}`],
  ['a very long text', 'b'.repeat(100_000)],
])('%s names no manifest', (_, text) => {
  expect(parseManifestCid(text)).toBeNull()
})
