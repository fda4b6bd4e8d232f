import { GraphQLError, type GraphQLScalarType } from 'graphql'
import { CID } from 'multiformats/cid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { publicKeyFromBytes, publicKeyToBytes } from '../src/deso/keys.js'
import { createSchema } from '../src/graphql/schema.js'
import { openWorld, type World } from './support/world.js'

let world: World
let key: string

beforeAll(async () => {
  world = await openWorld()
  key = world.person('alice').publicKey
})

afterAll(() => world[Symbol.asyncDispose]())

const ID = 'ab'.repeat(32)
const CID_V1 = 'bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e'
const CID_V0 = 'QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n'

/** A place of the API that takes the scalar: as variable `$value`, and as a literal. */
const PLACES: Record<string, { query: string; field: string }> = {
  PublicKey: { query: '{ account(by: { publicKey: VALUE }) { id } }', field: 'publicKey' },
  TransactionId: { query: '{ transaction(id: VALUE) { status } }', field: 'id' },
  Hex: { query: '{ decodeTransaction(hex: VALUE) { summary } }', field: 'hex' },
  Slug: { query: '{ account(by: { username: "x" }) { plan(slug: VALUE) { id } } }', field: 'slug' },
  Nanos: {
    query: `mutation { createTransaction(input: { sendDeso: { to: "KEY", signer: "KEY", amountNanos: VALUE,
      idempotencyKey: "k" } }) { errors { message } } }`,
    field: 'amountNanos',
  },
}

const KEY_FAULT = 'This is no DeSo public key: its Base58Check checksum does not hold.'
const ID_FAULT = 'write 64 lower-case hex digits.'
const HEX_FAULT = 'write an even number of hex digits, without 0x.'
const SLUG_FAULT = 'write 1 to 64 of the characters a-z, 0-9 and -.'
const DIGITS_FAULT = 'write decimal digits without sign, point or leading zeros.'

const other = (text: string) => (text.endsWith('A') ? 'B' : 'A')
const rawKey = (bytes: number[]) => publicKeyFromBytes(Uint8Array.from(bytes), 'testnet')
const zeros = (count: number) => Array.from({ length: count }, () => 0)

/** What each refuses, with the reason. */
const REFUSED: Record<string, () => [unknown, string][]> = {
  PublicKey: () => [
    ['', KEY_FAULT],
    [`${key} `, KEY_FAULT],
    [key.slice(0, -1), KEY_FAULT],
    [key.slice(0, -1) + other(key), KEY_FAULT],
    [key.toLowerCase(), KEY_FAULT],
    ['é'.repeat(55), KEY_FAULT],
    ['1'.repeat(10_000), KEY_FAULT],
    [
      publicKeyFromBytes(publicKeyToBytes(key as never), 'mainnet'),
      'This is a public key of DeSo mainnet, and not of testnet.',
    ],
    [rawKey(zeros(33)), 'This public key is no point of secp256k1.'],
    [rawKey([2, ...zeros(31), 5]), 'This public key is no point of secp256k1.'],
    [rawKey([5, ...publicKeyToBytes(key as never).slice(1)]), 'This public key is no point of secp256k1.'],
  ],
  TransactionId: () => [
    ['', ID_FAULT],
    [ID.toUpperCase(), ID_FAULT],
    [ID.slice(1), ID_FAULT],
    [`${ID}ab`, ID_FAULT],
    [`0x${ID.slice(2)}`, ID_FAULT],
    [`${ID.slice(1)}g`, ID_FAULT],
    [`${ID}\n`, ID_FAULT],
  ],
  Hex: () => [
    ['abc', HEX_FAULT],
    ['0xab', HEX_FAULT],
    ['zz', HEX_FAULT],
    ['ab cd', HEX_FAULT],
    ['ab\n', HEX_FAULT],
    ['ab'.repeat(65_537), 'at most 131072 digits.'],
  ],
  Slug: () => [
    ['', SLUG_FAULT],
    ['Gold', SLUG_FAULT],
    ['go ld', SLUG_FAULT],
    ['go_ld', SLUG_FAULT],
    ['gôld', SLUG_FAULT],
    ['gold\n', SLUG_FAULT],
    ['a'.repeat(65), SLUG_FAULT],
  ],
  Nanos: () => [
    ['', DIGITS_FAULT],
    ['-1', DIGITS_FAULT],
    ['+1', DIGITS_FAULT],
    ['01', DIGITS_FAULT],
    ['1.0', DIGITS_FAULT],
    ['1e3', DIGITS_FAULT],
    ['0x10', DIGITS_FAULT],
    [' 1', DIGITS_FAULT],
    ['1_000', DIGITS_FAULT],
    ['١', DIGITS_FAULT],
    ['9'.repeat(100_000), DIGITS_FAULT],
    ['18446744073709551616', 'at most 18446744073709551615.'],
  ],
}

/** No text at all: what JSON and GraphQL call them. */
const NO_TEXT: [unknown, string, string][] = [
  [5, '5', 'a number'],
  [1.5, '1.5', 'a number'],
  [true, 'true', 'a boolean'],
  [['1'], '["1"]', 'a list'],
  [{ a: 1 }, '{ a: 1 }', 'an object'],
]

describe.each(Object.keys(PLACES))('a %s', (name) => {
  const { query, field } = PLACES[name] as { query: string; field: string }
  const document = (value: string) => query.replaceAll('KEY', key).replace('VALUE', () => value)

  async function expectRefused(asVariable: unknown, literal: string, reason: string) {
    const operation = document('$value').replace(/^(mutation )?\{/, (head) =>
      head.replace('{', `${head.startsWith('m') ? '' : 'query '}($value: ${name}!) {`),
    )
    const variable = await world.query(operation, { value: asVariable })
    expect(variable.data ?? null).toBeNull()
    expect(variable.errors).toHaveLength(1)
    expect(variable.errors?.[0]?.message).toMatch(/^Variable "\$value" got invalid value /)
    expect(variable.errors?.[0]?.message.slice(-reason.length)).toBe(reason)
    expect(variable.errors?.[0]?.message.length).toBeLessThan(700)
    expect(variable.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', retryable: false })

    const written = await world.query(document(literal))
    expect(written.data ?? null).toBeNull()
    expect(written.errors).toMatchObject([
      { message: `${field}: ${reason}`, extensions: { code: 'GRAPHQL_VALIDATION_FAILED', retryable: false } },
    ])
  }

  it('is refused with the reason where its text does not hold, as a variable and as a literal', async () => {
    for (const [value, reason] of (REFUSED[name] as () => [string, string][])()) {
      await expectRefused(value, JSON.stringify(value), `${name}: ${reason}`)
    }
  })

  it('is nothing but text', async () => {
    for (const [value, literal, kind] of NO_TEXT) {
      await expectRefused(value, literal, `${name} is a string, not ${kind}.`)
    }
    const word = await world.query(document('word'))
    expect(word.errors?.[0]?.message).toBe(`${field}: ${name} is a string, not a word without quotes.`)
  })
})

describe('what holds', () => {
  it('is taken to its limits', async () => {
    const { account, decodeTransaction, transaction } = await world.ask(
      `query ($key: PublicKey!, $slug: Slug!, $id: TransactionId!, $hex: Hex!) {
        account(by: { publicKey: $key }) { publicKey plan(slug: $slug) { id } }
        transaction(id: $id) { status }
        decodeTransaction(hex: $hex) { kind outputs { amount { nanos deso usdCents } } }
      }`,
      { key, slug: '-'.repeat(64), id: ID, hex: await draftOf('18446744073709551615') },
    )
    expect(account).toEqual({ publicKey: key, plan: null })
    expect(transaction).toEqual({ status: 'UNKNOWN' })
    expect(decodeTransaction).toEqual({
      kind: 'SEND_DESO',
      outputs: [{ amount: { nanos: '18446744073709551615', deso: '18446744073.709551615', usdCents: null } }],
    })
  })

  /** A transfer of so much by hand: one output, all else empty (facts of core lib/network.go). */
  async function draftOf(nanos: string): Promise<string> {
    const { createTransaction } = await world.ask(
      `mutation ($input: CreateTransactionInput!) { createTransaction(input: $input) { draft { unsignedHex } } }`,
      {
        input: {
          sendDeso: {
            to: world.person('bob').publicKey,
            amountNanos: '1',
            signer: key,
            idempotencyKey: nanos,
          },
        },
      },
    )
    const hex: string = createTransaction.draft.unsignedHex
    return withAmount(hex, BigInt(nanos))
  }

  it('of hex is taken in upper case', async () => {
    const { errors } = await world.query('{ decodeTransaction(hex: "ABCD") { summary } }')
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
    expect(errors?.[0]?.message).not.toContain('Hex')
  })
})

/** The amount of the first output, written anew: a count of one, 33 bytes of key, then the amount. */
function withAmount(hex: string, nanos: bigint): string {
  const bytes = Buffer.from(hex, 'hex')
  const uvarint: number[] = []
  for (let rest = nanos; ; rest >>= 7n) {
    uvarint.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0))
    if (rest <= 0x7fn) break
  }
  const start = 1 + 1 + 33
  expect([bytes[0], bytes[1], bytes[start]]).toEqual([0, 1, 1])
  return Buffer.concat([bytes.subarray(0, start), Buffer.from(uvarint), bytes.subarray(start + 1)]).toString(
    'hex',
  )
}

describe('scalars that only answers hold, or later inputs', () => {
  const schema = createSchema('testnet')
  const scalar = (name: string) => schema.getType(name) as GraphQLScalarType<unknown, unknown>
  const parse = (name: string, value: unknown) => scalar(name).parseValue(value)
  const refusals = (name: string, values: unknown[]) => {
    for (const value of values) {
      expect(() => parse(name, value)).toThrow(GraphQLError)
      expect(() => parse(name, value)).toThrow(new RegExp(`^${name}(:| is a string)`))
    }
  }

  it('Cid is version 1, and version 0 read as such', () => {
    expect(scalar('Cid').serialize(parse('Cid', CID_V1))).toBe(CID_V1)
    expect(scalar('Cid').serialize(parse('Cid', CID_V0))).toBe(CID.parse(CID_V0).toV1().toString())
    expect(scalar('Cid').serialize(CID.parse(CID_V0))).toMatch(/^bafybei/)
    refusals('Cid', [
      '',
      'garbage',
      CID_V1.slice(0, -1),
      CID_V1.toUpperCase(),
      `ipfs://${CID_V1}`,
      ` ${CID_V1}`,
      'b'.repeat(129),
      5,
      null,
    ])
    expect(() => scalar('Cid').serialize('text')).toThrow(TypeError)
  })

  it('DateTime is RFC 3339, in UTC in answers', () => {
    const moment = parse('DateTime', '2026-11-24T12:00:00.5+01:00')
    expect(moment).toEqual(new Date('2026-11-24T11:00:00.500Z'))
    expect(scalar('DateTime').serialize(moment)).toBe('2026-11-24T11:00:00.500Z')
    expect(parse('DateTime', '2028-02-29T23:59:59Z')).toEqual(new Date('2028-02-29T23:59:59Z'))
    refusals('DateTime', [
      '',
      '2026-11-24',
      '2026-11-24 11:00:00Z',
      '2026-11-24T11:00:00',
      '2026-11-24T11:00Z',
      '24 Nov 2026',
      '2026-02-29T00:00:00Z',
      '2026-02-30T00:00:00Z',
      '2026-13-01T00:00:00Z',
      '2026-11-24T25:00:00Z',
      '2026-11-24T24:00:00Z',
      '2026-11-24T11:60:00Z',
      '2026-11-24T11:00:00+25:00',
      1_795_000_000,
      null,
    ])
    expect(() => scalar('DateTime').serialize('2026-11-24T11:00:00Z')).toThrow(TypeError)
  })

  it('ByteSize and Uint256 are decimal digits within their bounds', () => {
    const u256 = String(2n ** 256n - 1n)
    expect(parse('Uint256', u256)).toBe(2n ** 256n - 1n)
    expect(scalar('Uint256').serialize(2n ** 256n - 1n)).toBe(u256)
    expect(parse('ByteSize', '5368709120')).toBe(5_368_709_120n)
    expect(scalar('ByteSize').serialize(5_368_709_120)).toBe('5368709120')
    refusals('Uint256', [String(2n ** 256n), '-1', '00', '1e77', '9'.repeat(79), 1, null])
    refusals('ByteSize', [String(2n ** 64n), '-1', '01', '1.5', 1, null])
    for (const value of [-1, 1.5, 2 ** 53, -1n, '1', null]) {
      expect(() => scalar('ByteSize').serialize(value)).toThrow(TypeError)
    }
  })

  it('URL is absolute, Jws compact', () => {
    expect(parse('URL', 'https://example.org/a?b=c')).toBe('https://example.org/a?b=c')
    refusals('URL', ['', 'example.org', '/path', `https://example.org/${'a'.repeat(2048)}`, 5, null])
    expect(parse('Jws', 'e30.e30.c2ln')).toBe('e30.e30.c2ln')
    refusals('Jws', ['', 'e30.e30', 'a.b.c.d', 'e30.e30.', 'a b.c.d', 'x'.repeat(9_000), 5, null])
  })

  it('Upload is a part of a multipart request, never a value', async () => {
    expect(() => parse('Upload', 'text')).toThrow('send the request as multipart/form-data')
    expect(() => parse('Upload', {})).toThrow('send the request as multipart/form-data')
    expect(() => scalar('Upload').serialize({})).toThrow('Upload is an input only')
    const input = '{ title: "t", teaser: "", files: [{ upload: "bytes" }], idempotencyKey: "k" }'
    const { errors } = await world.query(`mutation { publishContent(input: ${input}) { manifestCid } }`)
    expect(errors).toMatchObject([
      {
        message: expect.stringMatching(/^upload: .*a file cannot be a literal; use a variable\.$/),
        extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
      },
    ])
    const variable = await world.query(
      'mutation ($input: PublishContentInput!) { publishContent(input: $input) { manifestCid } }',
      { input: { title: 't', teaser: '', files: [{ upload: 'bytes' }], idempotencyKey: 'k' } },
    )
    expect(variable.errors).toMatchObject([
      {
        message: expect.stringMatching(
          /"input\.files\[0\]\.upload".*send the request as multipart\/form-data/,
        ),
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ])
  })
})
