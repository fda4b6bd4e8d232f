import { readFileSync } from 'node:fs'
import { CID } from 'multiformats/cid'
import { expect, test } from 'vitest'
import { planTransaction, SLUG, subscriptionTransaction } from '../../test/support/plan-story.js'
import { key, RecordChain, transactionOf, withExtraData } from '../../test/support/record-chain.js'
import { decodeTransaction } from '../deso/codec.js'
import { parsePublicKey, publicKeyToBytes } from '../deso/keys.js'
import type { Transaction } from '../deso/transaction.js'
import { parseContentTransaction } from './content-post.js'
import { entitlementOf } from './entitlement.js'
import { decodeManifest, manifestCid } from './manifest.js'
import { parsePolicy } from './policy.js'
import { parseRecordRef } from './record-ref.js'
import { parsePlanRecord, parseSubscriptionRecord } from './records.js'
import { walkOutsideVersions, walkPlan, walkSubscription } from './walk.js'

/** The examples of docs/protocol.md, each read by the code that the text describes. */
const SPECIFICATION = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8')

function example(name: string): string {
  const [, text] =
    new RegExp(`<!-- example: ${name} -->\n\`\`\`\\w*\n([^\`]*)\`\`\``).exec(SPECIFICATION) ?? []
  if (text === undefined) throw new Error(`docs/protocol.md has no example "${name}"`)
  return text
}

const bytesOf = (name: string) => Uint8Array.from(Buffer.from(example(name).replaceAll('\n', ''), 'hex'))
const keyOf = (text: string) => publicKeyToBytes(parsePublicKey(text, 'testnet'))

interface RecordExample {
  transactor: string
  target: string
  type: string
  value: string
  outputs?: { to: string; amountNanos: string }[]
  extraData: Record<string, string>
}

function transactionOfExample(name: string): Transaction {
  const {
    transactor,
    target,
    type,
    value,
    outputs = [],
    extraData,
  }: RecordExample = JSON.parse(example(name))
  const transaction = transactionOf({
    publicKey: keyOf(transactor),
    outputs: outputs.map(({ to, amountNanos }) => ({
      publicKey: keyOf(to),
      amountNanos: BigInt(amountNanos),
    })),
    metadata: {
      type: 'CREATE_USER_ASSOCIATION',
      targetPublicKey: keyOf(target),
      appPublicKey: new Uint8Array(33),
      associationType: new TextEncoder().encode(type),
      associationValue: new TextEncoder().encode(value),
    },
  })
  return withExtraData(transaction, extraData)
}

test('the plan of the text is well-formed, in fields and in bytes', () => {
  const record = parsePlanRecord(transactionOfExample('plan'))
  expect(record).toMatchObject({
    slug: 'gold',
    prev: null,
    terms: { title: 'Gold', priceNanos: 5_000_000_000n, periodSeconds: 2_592_000, state: 'OPEN' },
  })
  expect(parsePlanRecord(decodeTransaction(bytesOf('plan transaction')))).toEqual(record)
})

test('the subscription of the text is well-formed, in fields and in bytes', () => {
  const record = parseSubscriptionRecord(transactionOfExample('subscription'))
  expect(record).toMatchObject({
    slug: 'gold',
    paidNanos: 10_000_000_000n,
    order: { plan: { height: 1_204, id: '3f'.repeat(32) }, periods: 2n },
  })
  expect(parseSubscriptionRecord(decodeTransaction(bytesOf('subscription transaction')))).toEqual(record)
})

test('the history of the text comes out as it says', () => {
  const history = JSON.parse(
    example('history').replaceAll(/"([0-9]+):([0-9a-f])"/g, `"$1:${'0'.repeat(63)}$2"`),
  )
  const chain = new RecordChain()
  for (const { ref, time, plan, subscription, paid } of history.records) {
    const { height, id } = parseRecordRef(ref) ?? { height: 0, id: '' }
    while (chain.tip.height < height) chain.newBlock(time)
    const named = { height: 1, id: '0'.repeat(64) }
    const transaction = plan ? planTransaction() : subscriptionTransaction(named, { paid: BigInt(paid) })
    chain.put(withExtraData(transaction, plan ?? subscription), id)
  }
  const entry = (name: string) => ({
    ref: parseRecordRef(history[name]) ?? { height: 0, id: '' },
    prev: null,
  })
  const parties = { fan: key(2), creator: key(1), slug: SLUG }
  const plan = chain.run(walkPlan(parties, entry('plan entry')))
  const found = chain.run(walkSubscription(parties, entry('subscription entry')))
  const outside = chain.run(walkOutsideVersions(parties, found.hops, plan))
  const { payments, startsAt, expiresAt } = entitlementOf({ ...found, plan, outside, now: 5_300 })
  const listed = payments.map(({ id, block, periods, startsAt, endsAt }) => {
    return { ref: `${block.height}:${id}`, periods, startsAt, endsAt }
  })
  expect({ payments: listed, startsAt, expiresAt }).toEqual({
    payments: history.payments,
    startsAt: history.startsAt,
    expiresAt: history.expiresAt,
  })
})

test('the content of the text is one', () => {
  const { body, extraData } = JSON.parse(example('content'))
  const metadata = {
    type: 'SUBMIT_POST',
    postHashToModify: new Uint8Array(),
    parentStakeId: new Uint8Array(),
    body: new TextEncoder().encode(body),
    creatorBasisPoints: 0n,
    stakeMultipleBasisPoints: 12_500n,
    timestampNanos: 1n,
    isHidden: false,
  } as const
  const transaction = withExtraData(transactionOf({ publicKey: key(1), metadata }), extraData)
  expect(parseContentTransaction(transaction)).toMatchObject({
    title: 'The film',
    teaser: 'The film, two hours. First ten minutes on my page.',
    policy: {
      rules: [
        { kind: 'PLAN', slug: 'gold' },
        { kind: 'PLAN', slug: 'film-only' },
      ],
    },
  })
})

test('the policies of the text are as it says', () => {
  const policies: Record<string, string[]> = JSON.parse(example('policies'))
  for (const text of policies['well-formed'] ?? []) expect(parsePolicy(text), text).not.toBeNull()
  for (const text of policies.malformed ?? []) expect(parsePolicy(text), text).toBeNull()
  expect(policies['well-formed']?.length).toBeGreaterThan(3)
  expect(policies.malformed?.length).toBeGreaterThan(3)
})

test('the manifests of the text are ones, with the CIDs that stand below them', async () => {
  const creator = keyOf('tBCKVijGnMB5GzJdAUB1bhQWEgrd5JGBqaCCYw2m22g931LCyNWLnb')
  const cidBelow = (name: string) =>
    new RegExp(`<!-- example: ${name} -->\n\`\`\`[^\`]*\`\`\`\nCID \`(\\w+)\``).exec(SPECIFICATION)?.[1]
  const open = bytesOf('public manifest')
  expect(decodeManifest(open)).toEqual({
    creator,
    enc: null,
    files: [
      {
        name: 'hello.txt',
        type: 'text/plain',
        size: 11,
        cid: CID.parse('bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e'),
      },
    ],
    dir: null,
  })
  expect(String(await manifestCid(open))).toBe(cidBelow('public manifest'))
  const gated = bytesOf('gated manifest')
  expect(decodeManifest(gated)).toMatchObject({
    creator,
    enc: { id: new Uint8Array(16).fill(0xee), keys: [{ to: creator, key: Uint8Array.of(0xaa, 0xaa, 0xaa) }] },
    files: [{ name: 'film.mp4', size: 104_857_600, id: new Uint8Array(16).fill(0xf1) }],
  })
  expect(String(await manifestCid(gated))).toBe(cidBelow('gated manifest'))
})
