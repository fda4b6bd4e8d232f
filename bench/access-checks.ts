/**
 * How many access checks does the gateway answer, and what does one cost the node? Each is a request of its own, through
 * `decideAccess`, for a fan of one payment unless said otherwise.
 *
 *   npm run build && npx tsx bench/access-checks.ts [--seconds 5] [--parallel 100] [--rounds 12]
 *
 * Cold: by a gateway that has read nothing of the chain, with its tip followed. Cached: again and again, so many at a
 * time. Exits 1 when a cold check asks too much of the node, or when fewer than 5,000 cached ones are answered a second.
 */
import { parseArgs } from 'node:util'
import type * as Decide from '../src/access/decide.js'
import type { RequestContext } from '../src/context.js'
import type { PublicKey } from '../src/deso/keys.js'
import { policyOfPlan } from '../src/protocol/policy.js'
import { built } from './support/built.js'
import { openLibrary, type Person } from './support/library.js'
import { quantile, row } from './support/numbers.js'

const MIN_CACHED = 5_000

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    parallel: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '12' },
  },
})
const { decideAccess } = await built<typeof Decide>('access/decide')
await using library = await openLibrary(0)
const [, twice, ...fans] = library.people as [Person, Person, ...Person[]]
const { creator } = library

await createPlan('gold')
for (const fan of fans) await subscribe(fan, 'gold')
await subscribe(twice, 'gold')
await subscribe(twice, 'gold')
await createPlan('silver')
await createPlan('silver')
await subscribe(twice, 'silver')

/** Node requests that each of these may ask for, when the gateway has just begun. */
const COLD = {
  'plan unknown': { slug: 'gold', most: 5, asked: () => fans.slice(0, 1) },
  'plan known': { slug: 'gold', most: 3, asked: () => fans.slice(1) },
  'plan known, one more payment': { slug: 'gold', most: 4, asked: () => [twice] },
  'plan unknown, one more version': { slug: 'silver', most: 6, asked: () => [twice] },
}
const cold = new Map(Object.keys(COLD).map((name) => [name, { requests: 0, times: [] as number[] }]))
for (let round = 0; round < Number(values.rounds); round += 1) {
  await library.restart()
  await library.gateway.app.chain.freshCommittedTip()
  for (const [name, { slug, asked }] of Object.entries(COLD)) {
    for (const fan of asked()) await measure(name, fan, slug)
  }
}
console.log(row(['cold', 'node requests', 'at most', 'p50 ms', 'p99 ms']))
let isWithinLimits = true
for (const [name, { most }] of Object.entries(COLD)) {
  const { requests, times } = cold.get(name) ?? { requests: 0, times: [] }
  isWithinLimits &&= requests <= most
  console.log(row([name, String(requests), String(most), ...quantiles(times)]))
}

const before = await nodeRequests()
const times: number[] = []
const start = performance.now()
const end = start + Number(values.seconds) * 1000
const client = async (index: number) => {
  for (let turn = index; performance.now() < end; turn += 1) {
    const asked = performance.now()
    await check(fans[turn % fans.length] as Person, 'gold')
    times.push(performance.now() - asked)
  }
}
await Promise.all(Array.from({ length: Number(values.parallel) }, (_, index) => client(index)))
const perSecond = times.length / ((performance.now() - start) / 1000)
const requests = (await nodeRequests()) - before
console.log(row(['cached', 'checks/s', 'p50 ms', 'p99 ms', 'node requests a check']))
console.log(row(['', perSecond.toFixed(0), ...quantiles(times), (requests / times.length).toFixed(4)]))
process.exitCode = isWithinLimits && perSecond >= MIN_CACHED ? 0 : 1

async function measure(name: string, fan: Person, slug: string): Promise<void> {
  const asked = await nodeRequests()
  const began = performance.now()
  await check(fan, slug)
  const ms = performance.now() - began
  const count = (await nodeRequests()) - asked
  const of = cold.get(name)
  if (!of) throw new Error(name)
  of.requests = Math.max(of.requests, count)
  of.times.push(ms)
}

async function check(fan: Person, slug: string): Promise<void> {
  const { app } = library.gateway
  const { signal } = new AbortController()
  const loaders = app.createLoaders(signal)
  const ctx: RequestContext = { app, viewer: null, signal, requestId: '', loaders }
  const guarded = { creator: creator.publicKey as PublicKey, policy: policyOfPlan(slug) }
  const { granted, reason } = await decideAccess(ctx, guarded, fan.publicKey as PublicKey)
  if (!granted) throw new Error(`refused: ${reason}`)
}

async function createPlan(slug: string): Promise<void> {
  await library.execute(
    creator,
    `mutation { createPlan(input: { signer: $signer, slug: "${slug}", title: "Plan", priceNanos: "1000", periodSeconds: 86400, idempotencyKey: $key }) { draft { unsignedHex } errors { message } } }`,
  )
}

async function subscribe(fan: Person, slug: string): Promise<void> {
  await library.execute(
    fan,
    `mutation { subscribe(input: { signer: $signer, creator: "${creator.publicKey}", plan: "${slug}", idempotencyKey: $key }) { draft { unsignedHex } errors { message } } }`,
  )
}

function quantiles(times: readonly number[]): [string, string] {
  return [quantile(times, 0.5).toFixed(2), quantile(times, 0.99).toFixed(2)]
}

/** As /metrics counts them. */
async function nodeRequests(): Promise<number> {
  const text = await (await fetch(`${library.gateway.url}/metrics`)).text()
  const counts = [...text.matchAll(/^\w*node_request_duration_seconds_count\{[^}]*\} (\d+)/gm)]
  return counts.reduce((sum, [, count]) => sum + Number(count), 0)
}
