/**
 * How many reads of 20 contents with their creators does the gateway answer, beside other servers that answer the same
 * from the same schema, application and local chain?
 *
 *   npm run build && npx tsx bench/graphql-reads.ts [--rounds 7] [--seconds 2] [--connections 32]
 *     [--warm-up 5] [--only gateway]
 *
 * All servers live in this process and are asked in turn, one at a time, by a load generator in a process of its own;
 * the chain has one too. Exits 1 when the gateway is below 2.0 times Apollo's defaults, or slower than mercurius.
 */
import { parseArgs } from 'node:util'
import { openLibrary } from './support/library.js'
import { ask, type LoadResult, startLoad } from './support/load.js'
import { median, row } from './support/numbers.js'
import { startPeers } from './support/peers.js'

const QUERY = `query Contents($creator: PublicKey!) {
  contents(creator: $creator, first: 20) {
    nodes { id postHash title teaser publishedAt creator { publicKey username } }
  }
}`

interface Round extends LoadResult {
  /** Of this process, a request; it says more than the rate where others use the machine. */
  cpuMicros: number
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '2' },
    connections: { type: 'string', default: '32' },
    'warm-up': { type: 'string', default: '5' },
    only: { type: 'string' },
  },
})
const seconds = Number(values.seconds)

await using library = await openLibrary(20)
await using peers = await startPeers(library.gateway)
await using load = await startLoad(Number(values.connections))
const body = JSON.stringify({ query: QUERY, variables: { creator: library.creator.publicKey } })
const urls = Object.entries(peers.urls).filter(([name]) => (values.only ?? name) === name)

await checkSameAnswers()
const rounds = new Map<string, Round[]>(urls.map(([name]) => [name, []]))
for (const [, url] of urls) await load.run({ url, body, seconds: Number(values['warm-up']) })
for (let round = 0; round < Number(values.rounds); round += 1) {
  for (const [name, url] of urls) rounds.get(name)?.push(await measure(url))
}
report()

async function measure(url: string): Promise<Round> {
  const before = process.cpuUsage()
  const result = await load.run({ url, body, seconds })
  const { user, system } = process.cpuUsage(before)
  return { ...result, cpuMicros: (user + system) / result.requests }
}

/** A figure of a server that answers something else would say nothing. */
async function checkSameAnswers(): Promise<void> {
  const answers = await Promise.all(urls.map(async ([, url]) => (await ask(url, body)).data))
  const texts = new Set(answers.map((data) => JSON.stringify(data)))
  const [first] = answers
  if (texts.size !== 1 || first.contents.nodes.length !== 20) {
    throw new Error(`the servers do not answer the same: ${[...texts].join('\n')}`)
  }
}

function report(): void {
  const of = (name: string, figure: (round: Round) => number) => median((rounds.get(name) ?? []).map(figure))
  const rate = (name: string) => of(name, ({ perSecond }) => perSecond)
  const cpu = (name: string) => of(name, ({ cpuMicros }) => cpuMicros)
  const base = 'Apollo on Express, defaults'
  console.log(row(['', 'reads/s', 'times Apollo', 'p50 ms', 'p99 ms', 'CPU us/read', 'times Apollo']))
  for (const [name] of urls) {
    const times = [rate(name) / rate(base), cpu(base) / cpu(name)].map((factor) => factor.toFixed(2))
    const [p50, p99] = [of(name, (round) => round.p50), of(name, (round) => round.p99)]
    console.log(
      row([
        name,
        rate(name).toFixed(0),
        times[0],
        p50.toFixed(1),
        p99.toFixed(1),
        cpu(name).toFixed(0),
        times[1],
      ]),
    )
  }
  const isFast = rate('gateway') >= 2 * rate(base) && rate('gateway') >= rate('mercurius')
  if (values.only === undefined) process.exitCode = isFast ? 0 : 1
}
