/**
 * How many access checks a second, and how many node requests does one take?
 *
 *   npm run build && npx tsx bench/access-checks.ts [--seconds 5] [--parallel 100]
 *
 * Each check is a request of its own (decideAccess with nothing read yet) about a fan with one payment and a plan of
 * one version. Cached: the same fans again. Cold: fans nobody asked about. The chain is a process of its own. Exits 1
 * when fewer than 5,000 cached checks a second are made, or a cold one takes more requests than it may.
 */
import { parseArgs } from 'node:util'
import type * as Decide from '../src/access/decide.js'
import type { RequestContext } from '../src/context.js'
import type { PublicKey } from '../src/deso/keys.js'
import { policyOfPlan } from '../src/protocol/policy.js'
import { built } from './support/built.js'
import { openLibrary } from './support/library.js'
import { quantile, row } from './support/numbers.js'

const MIN_CACHED = 5_000
const MOST_REQUESTS = { 'plan unknown': 5, 'plan known': 3 }

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    parallel: { type: 'string', default: '100' },
  },
})
const { decideAccess } = await built<typeof Decide>('access/decide')
await using library = await openLibrary(0)
const { creator, people } = library
const [, ...fans] = people
const policy = policyOfPlan('gold')

await library.execute(
  creator,
  `mutation { createPlan(input: { signer: $signer, slug: "gold", title: "Gold", priceNanos: "1000", periodSeconds: 86400, idempotencyKey: $key }) { draft { unsignedHex } errors { message } } }`,
)
for (const fan of fans) {
  await library.execute(
    fan,
    `mutation { subscribe(input: { signer: $signer, creator: "${creator.publicKey}", plan: "gold", idempotencyKey: $key }) { draft { unsignedHex } errors { message } } }`,
  )
}
// Who made plan and payments has read them.
await library.restart()
const { app } = library.gateway

let isWithinLimits = true
console.log(row(['cold', 'node requests', 'at most', 'ms']))
for (const [name, most] of Object.entries(MOST_REQUESTS)) {
  const fan = fans.shift()
  if (!fan) throw new Error('too few fans')
  // The tip is followed: it is known when a check comes.
  await app.chain.freshCommittedTip()
  const before = await nodeRequests()
  const start = performance.now()
  await check(fan.publicKey)
  const ms = performance.now() - start
  const count = (await nodeRequests()) - before
  isWithinLimits &&= count <= most
  console.log(row([name, String(count), String(most), ms.toFixed(1)]))
}

const before = await nodeRequests()
const times: number[] = []
const start = performance.now()
const end = start + Number(values.seconds) * 1000
const client = async (index: number) => {
  for (let turn = index; performance.now() < end; turn += 1) {
    const asked = performance.now()
    await check(fans[turn % fans.length]?.publicKey ?? '')
    times.push(performance.now() - asked)
  }
}
await Promise.all(Array.from({ length: Number(values.parallel) }, (_, index) => client(index)))
const perSecond = times.length / ((performance.now() - start) / 1000)
const requests = (await nodeRequests()) - before
console.log(row(['cached', 'checks/s', 'p50 ms', 'p99 ms', 'node requests a check']))
console.log(
  row([
    '',
    perSecond.toFixed(0),
    quantile(times, 0.5).toFixed(2),
    quantile(times, 0.99).toFixed(2),
    (requests / times.length).toFixed(4),
  ]),
)
process.exitCode = isWithinLimits && perSecond >= MIN_CACHED ? 0 : 1

async function check(account: string): Promise<void> {
  const { signal } = new AbortController()
  const loaders = app.createLoaders(signal)
  const ctx: RequestContext = { app, viewer: null, signal, requestId: '', loaders }
  const guarded = { creator: creator.publicKey as PublicKey, policy }
  const { granted, reason } = await decideAccess(ctx, guarded, account as PublicKey)
  if (!granted) throw new Error(`refused: ${reason}`)
}

/** As /metrics counts them. */
async function nodeRequests(): Promise<number> {
  const text = await (await fetch(`${library.gateway.url}/metrics`)).text()
  const counts = [...text.matchAll(/^\w*node_request_duration_seconds_count\{[^}]*\} (\d+)/gm)]
  return counts.reduce((sum, [, count]) => sum + Number(count), 0)
}
