import { CID } from 'multiformats/cid'
import { expect, test } from 'vitest'
import { key, transactionOf } from '../../test/support/record-chain.js'
import type { PublicKey } from '../deso/keys.js'
import type { NodePost } from '../deso/node.js'
import { contentBody, contentExtraData, parseContentPost, parseContentTransaction } from './content-post.js'
import { parsePolicy, policyOfPlan } from './policy.js'

const MANIFEST = 'bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'
const FIELDS = { DIGV: '1', DIGTITLE: 'Der Film', DIGMANIFEST: MANIFEST, DIGACCESS: 'PLAN:gold,FOLLOW' }

const postWith = (extraData: Record<string, string>, changes: Partial<NodePost> = {}): NodePost => ({
  hash: 'ab'.repeat(32),
  poster: 'tBCKXuDqhjtVqLF3rJuWk84K2vGdKmzVQMZ5aQMZCezykdeFYQxZMq' as PublicKey,
  body: 'Ein Teaser',
  timestampNanos: 1_795_510_885_125_038_909n,
  isHidden: false,
  extraData: new Map(Object.entries(extraData)),
  confirmationBlockHeight: 7,
  inMempool: false,
  ...changes,
})

test('a post with all four fields announces a content', () => {
  expect(parseContentPost(postWith(FIELDS))).toEqual({
    postHash: 'ab'.repeat(32),
    creator: 'tBCKXuDqhjtVqLF3rJuWk84K2vGdKmzVQMZ5aQMZCezykdeFYQxZMq',
    title: 'Der Film',
    teaser: 'Ein Teaser',
    timestampNanos: 1_795_510_885_125_038_909n,
    manifestCid: CID.parse(MANIFEST),
    policy: parsePolicy('PLAN:gold,FOLLOW'),
  })
})

test('keys of others in the post do not matter', () => {
  expect(parseContentPost(postWith({ ...FIELDS, Node: '1', IsFrozen: '1' }))?.title).toBe('Der Film')
})

test('a hidden post is no content', () => {
  expect(parseContentPost(postWith(FIELDS, { isHidden: true }))).toBeNull()
})

test.each([
  'DIGV',
  'DIGTITLE',
  'DIGMANIFEST',
  'DIGACCESS',
] as const)('a post without %s is no content', (name) => {
  const { [name]: _, ...others } = FIELDS
  expect(parseContentPost(postWith(others))).toBeNull()
})

test.each([
  ['version 2', { DIGV: '2' }],
  ['an empty title', { DIGTITLE: '' }],
  ['a manifest that is no CID', { DIGMANIFEST: 'x' }],
  [
    'a file instead of a manifest',
    { DIGMANIFEST: 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy' },
  ],
  ['a malformed policy', { DIGACCESS: 'PUBLIC,FOLLOW' }],
])('a post with %s is no content', (_, changes) => {
  expect(parseContentPost(postWith({ ...FIELDS, ...changes }))).toBeNull()
})

const content = { title: 'Der Film', manifestCid: CID.parse(MANIFEST), policy: policyOfPlan('gold') }
const metadata = {
  type: 'SUBMIT_POST',
  postHashToModify: new Uint8Array(),
  parentStakeId: new Uint8Array(),
  body: contentBody('Ein "Teaser"'),
  creatorBasisPoints: 1_000n,
  stakeMultipleBasisPoints: 12_500n,
  timestampNanos: 1n,
  isHidden: false,
} as const
const transaction = transactionOf({ publicKey: key(1), metadata, extraData: contentExtraData(content) })

test('a content is written as four values and a JSON body', () => {
  const texts = [...contentExtraData(content)].map(([name, bytes]) => [name, new TextDecoder().decode(bytes)])
  expect(Object.fromEntries(texts)).toEqual({
    DIGV: '1',
    DIGTITLE: 'Der Film',
    DIGMANIFEST: MANIFEST,
    DIGACCESS: 'PLAN:gold',
  })
  expect(new TextDecoder().decode(metadata.body)).toBe(String.raw`{"Body":"Ein \"Teaser\""}`)
})

test('what is written reads back from the transaction', () => {
  expect(parseContentTransaction(transaction)).toEqual({ ...content, metadata, teaser: 'Ein "Teaser"' })
})

test('another transaction announces nothing', () => {
  expect(parseContentTransaction({ ...transaction, metadata: { type: 'BASIC_TRANSFER' } })).toBeNull()
  expect(parseContentTransaction({ ...transaction, metadata: { ...metadata, isHidden: true } })).toBeNull()
  expect(parseContentTransaction({ ...transaction, extraData: new Map() })).toBeNull()
})

test.each([
  '',
  'x',
  'null',
  '[]',
  '{}',
  '{"Body":1}',
  '{"body":"x"}',
])('a post with the body %j has no teaser', (body) => {
  const bytes = new TextEncoder().encode(body)
  expect(parseContentTransaction({ ...transaction, metadata: { ...metadata, body: bytes } })).toBeNull()
})

test('a field that is no UTF-8 announces nothing', () => {
  const extraData = new Map(transaction.extraData).set('DIGTITLE', Uint8Array.of(0xff))
  expect(parseContentTransaction({ ...transaction, extraData })).toBeNull()
})
