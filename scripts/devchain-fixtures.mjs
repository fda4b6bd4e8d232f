/**
 * node scripts/devchain-fixtures.mjs <recordings>
 *
 * Makes test/fixtures/devchain from the recordings of a real node (../shared/recordings). Only whoever makes the
 * fixtures anew needs them: the tests need what this writes and nothing else.
 *
 * What it adds to a recorded step is at which height the node was (`tip`), so that the local chain can be brought
 * there before it is asked. That is told by the answers: a constructed nonce and txn-construction-params name the
 * height, a transaction was sent in the block before the one that holds it; in between it is reckoned from the clock.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [recordings, TARGET = 'test/fixtures/devchain'] = process.argv.slice(2)
if (!recordings) {
  console.error('usage: node scripts/devchain-fixtures.mjs <recordings>')
  process.exit(1)
}

/** Scenarios of one chain, in their order. */
const CHAINS = {
  shared: [
    'a-node-state',
    '00-setup',
    'b-send-deso',
    'c-profiles',
    'd-posts',
    'e-user-associations',
    'e2-post-associations',
    'f-transaction-info',
    'g-follow-and-coins',
    'h-http-layer',
    'b2-submit-semantics',
    'e3-association-paging-uncommitted',
    'g2-creator-coin',
    'h2-dropped-connections',
    'e4-association-paging-empty-page',
    'm-measurements',
    'f2-limbo-timeline',
    'n-burst',
    'b3-resubmit-timeline',
    'm2-read-flicker',
    'f3-transaction-info-paging',
  ],
  'global-params': ['p-global-params', 'z-shutdown-and-start'],
  'no-txindex': ['t-no-txindex'],
}

/** Constructed nonces lie so far ahead of the tip; less on the chain with a nonce window of 288, once it is set. */
/** Headers that say how an answer is sent, not what it is. */
const FRAMING = ['connection', 'content-length', 'transfer-encoding']
const NONCE_LEAD = 86_391
const WINDOW_LEAD = 279
const BLOCK_MS = 114
const COMMIT_DEPTH = 2
/** Of requests that were made up by a rule: parts, and how often they come. */
const ALICE = 'tBCKXuDqhjtVqLF3rJuWk84K2vGdKmzVQMZ5aQMZCezykdeFYQxZMq'
const byAlice = `"PublicKeyBase58Check":"${ALICE}"`
const longPost = (count) => [
  `{"UpdaterPublicKeyBase58Check":"${ALICE}","BodyObj":{"Body":"`,
  ['y', count],
  '"},"MinFeeRateNanosPerKB":1000}',
]
const LONG_BODIES = {
  'd-posts 54': longPost(50_001),
  'd-posts 55': longPost(26_000),
  'd-posts 57': longPost(20_001),
  'f-transaction-info 85': ['{"TxnHashHexes":["', [`${'ab'.repeat(32)}","`, 500], `${'ab'.repeat(32)}"]}`],
  'h-http-layer 65': ['{"Foo":"', ['x', 10_485_760], '"}'],
  'h-http-layer 66': [`{${byAlice},"Foo":"`, ['x', 9_000_000], '"}'],
  'h-http-layer 67': ['{"Foo":"', ['x', 10_485_760], '"}'],
  'h-http-layer 68': [`{${byAlice}`, [' ', 11_000_000], '}'],
  'h-http-layer 70': ['{"Foo":', ['[', 10_001], [']', 10_001], '}'],
}
/** A step that submits what another one constructed, signed by somebody. */
const SIGNED = { 'd-posts 56': { step: 55, user: 'alice' } }

const seeds = new Map(
  readJson('users.json').users?.map(({ name, privateKeyHex }) => [name, privateKeyHex]) ?? [],
)
const chainTransactions = readFileSync(join(recordings, 'chain-transactions.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))
const heightOf = new Map(chainTransactions.map(({ hash, height }) => [hash, height]))

rmSync(TARGET, { recursive: true, force: true })
mkdirSync(TARGET, { recursive: true })
for (const [chain, scenarios] of Object.entries(CHAINS)) writeChain(chain, scenarios)

function readJson(name) {
  return JSON.parse(readFileSync(join(recordings, name), 'utf8'))
}

function writeChain(chain, names) {
  const isShared = chain === 'shared'
  const scenarios = names.map((name) => ({ name, ...readJson(`${name}.json`) }))
  const sent = new Set(scenarios.flatMap(({ transactions = [] }) => transactions.map(({ hash }) => hash)))
  const unsent = isShared ? chainTransactions.filter(({ hash }) => !sent.has(hash)) : []
  const blocks = blockHeights(scenarios)
  let from = 0
  scenarios.forEach((scenario, index) => {
    const to = lastUnsent(scenario, scenarios.slice(index + 1))
    const sentUnrecorded = unsent.filter(({ height }) => height > from && height < to)
    from = Math.max(from, to - 1)
    const steps = stepsOf(scenario)
    setTips(steps)
    const rows = [
      ...feedsOf(sentUnrecorded, scenario),
      ...steps.map((step) => fixtureOf(step, scenario, blocks)),
      ...watchesOf(scenario),
    ]
    write(
      scenario.name,
      rows.toSorted((one, other) => one.tip - other.tip),
    )
  })
  if (isShared) writePlaces()
}

function heightsOf({ transactions = [] }) {
  return transactions.map(({ committed }) => committed?.height).filter((height) => height !== undefined)
}

/** Up to where transactions that no step sent belong to a scenario: measurements have no other. */
function lastUnsent(scenario, later) {
  const next = later[0]
  const isFollowedByMeasurement = next !== undefined && heightsOf(next).length === 0
  if (isFollowedByMeasurement && heightsOf(scenario).length > 0) return Math.max(...heightsOf(scenario)) + 1
  return Math.min(...later.flatMap(heightsOf))
}

/** Block hashes that requests name, by the height of the block. */
function blockHeights(scenarios) {
  const heights = new Map()
  for (const { transactions = [] } of scenarios) {
    for (const { committed } of transactions) {
      if (committed) heights.set(committed.blockHash, committed.height)
    }
  }
  return heights
}

function stepsOf({ steps = [], transactions = [] }) {
  const byStep = new Map()
  for (const transaction of transactions) {
    if (!byStep.has(transaction.step)) byStep.set(transaction.step, transaction)
  }
  const seen = new Set()
  const isRepeat = ({ request: { path, body } }) => {
    if (!path.endsWith('submit-transaction') || body === undefined) return false
    const isKnown = seen.has(body)
    seen.add(body)
    return isKnown
  }
  const requests = steps
    .filter(({ request, response }) => request?.method && response?.networkError !== 'ECONNREFUSED')
    .map((step) => ({ ...step, transaction: byStep.get(step.n), isRepeat: isRepeat(step) }))
  return inOrderOfArrival(requests)
}

/** Requests of one moment came in the order in which a block holds them. */
function inOrderOfArrival(steps) {
  const place = ({ transaction }) => transaction?.committed?.indexInBlock
  return steps.toSorted((one, other) => {
    if (one.atMs !== other.atMs || place(one) === undefined || place(other) === undefined)
      return one.n - other.n
    return place(one) - place(other)
  })
}

/** Exact where the answer tells; else by the clock, within what the answers allow. */
function setTips(steps) {
  const bounds = steps.map(boundsOf)
  let latest = Number.POSITIVE_INFINITY
  for (const bound of bounds.toReversed()) {
    latest = Math.min(latest, bound.exact ?? latest, bound.most ?? latest)
    bound.latest = latest
  }
  let anchor
  for (const [index, step] of steps.entries()) {
    const { exact, least = 0, latest } = bounds[index]
    const tip = Math.max(exact ?? reckoned(step, anchor, latest), least)
    step.tip = Math.max(Math.min(tip, latest), anchor?.tip ?? 0)
    if (exact !== undefined || anchor === undefined || step.tip > anchor.tip) {
      anchor = { tip: step.tip, atMs: step.atMs ?? anchor?.atMs }
    }
  }
}

/** What is known of the tip at a step: `exact`, or `least` and `most`. */
function boundsOf(step) {
  const exact = exactTip(step) ?? sentAt(step)
  if (exact !== undefined) return { exact }
  const { request, response } = step
  if (request.path.endsWith('transaction-info')) return lookUpBounds(request.body ?? '', response.body ?? '')
  const height = /"Height":(\d+)/.exec(request.body ?? '')
  if (height && response.status === 200) return { least: Number(height[1]) }
  const expired = /ExpirationBlockHeight: (\d+), PartialID: \d+ has expired/.exec(response.body ?? '')
  if (expired) return { least: Number(expired[1]) }
  return { least: leastTip(step), most: minedLaterAt(step) }
}

function exactTip({ request: { path, body: question }, response: { body = '', status }, isRepeat }) {
  const number = (pattern) => {
    const found = pattern.exec(body)
    return found ? Number(found[1]) : undefined
  }
  if (/construction-params|get-app-state/.test(path)) return number(/"BlockHeight":(\d+)/)
  if (path.endsWith('node-info')) return number(/"LatestBlockHeight":(\d+)/)
  if (path.endsWith('get-committed-tip-block-info') && status === 200)
    return number(/"Height":(\d+)/) + COMMIT_DEPTH
  // A construct of all that an account has goes by a height of its own.
  const isConstruct =
    status === 200 &&
    /"Transaction":/.test(body) &&
    !path.endsWith('submit-transaction') &&
    !/"AmountNanos":-1\b/.test(question)
  if (isConstruct) {
    const expiry = number(/"ExpirationBlockHeight":(\d+)/)
    return expiry - (expiry > NONCE_LEAD ? NONCE_LEAD : WINDOW_LEAD)
  }
  // Bytes that were refused before get the refusal of then.
  if (isRepeat) return undefined
  return number(/tipHeight \((\d+)\)/) ?? number(/block chain tip (\d+)/)
}

function sentAt({ transaction }) {
  const height = transaction?.committed?.height
  return height === undefined || transaction.submitStatus !== 200 ? undefined : height - 1
}

/** Refused, and taken all the same. */
function minedLaterAt({ transaction, response, isRepeat }) {
  const height = transaction?.executedDespiteRefusal?.height
  return height && isRepeat && response.body?.includes('InsufficientBalance') ? height - 1 : undefined
}

function reckoned({ atMs }, anchor, latest) {
  if (!anchor) return Number.isFinite(latest) ? latest : 0
  return anchor.tip + Math.max(0, Math.floor(((atMs ?? anchor.atMs) - anchor.atMs) / BLOCK_MS))
}

/** A lookup by id: in the mempool, in a block that no index knows, or committed. */
function lookUpBounds(question, answer) {
  const height = heightOf.get(/"TransactionIDBase58Check":"([0-9a-f]{64})"/.exec(question)?.[1])
  if (height === undefined) return {}
  if (answer.includes('Could not find')) return { least: height }
  return /"TransactionMetadata":\{"BlockHashHex":""/.test(answer)
    ? { exact: height - 1 }
    : { least: height + COMMIT_DEPTH }
}

/** What an answer shows in a block is in one. */
function leastTip({ response: { body = '' } }) {
  const heights = [...body.matchAll(/"(?:Confirmation)?BlockHeight":(\d+),(?:"InMempool":(true|false))?/g)]
  return Math.max(0, ...heights.map(([, height, waits]) => Number(height) - (waits === 'false' ? 0 : 1)))
}

function fixtureOf({ n, name, tip, request, response }, scenario, blocks) {
  const key = `${scenario.name} ${n}`
  const signed = SIGNED[key]
  return {
    n,
    name,
    tip,
    method: request.method,
    path: request.path,
    headers: request.headers,
    body: LONG_BODIES[key] ?? withPlaceholders(request.body, blocks),
    signed: signed && { step: signed.step, seedHex: seeds.get(signed.user) },
    ...answerOf(response),
  }
}

function answerOf({ status, headers = {}, body, bodyBytes, bodySha256, networkError }) {
  if (networkError) return { dropped: true }
  const kept = Object.fromEntries(Object.entries(headers).filter(([header]) => !FRAMING.includes(header)))
  const { 'content-type': contentType = null, ...others } = kept
  return {
    status,
    contentType: contentType === 'application/json' ? undefined : contentType,
    responseHeaders: Object.keys(others).length > 0 ? others : undefined,
    answer: body,
    answerBytes: bodyBytes,
    answerSha256: bodySha256,
  }
}

function withPlaceholders(body, blocks) {
  return body?.replace(/[0-9a-f]{64}/g, (hash) => (blocks.has(hash) ? `{block ${blocks.get(hash)}}` : hash))
}

/**
 * Sent while something was measured; the requests were not kept. The burst comes at once but for what its first block
 * holds, so that the blocks after it are as full as they can be.
 */
function feedsOf(transactions, { name }) {
  const first = Math.min(...transactions.map(({ height }) => height))
  const isBurst = name === 'n-burst'
  return transactions.map(({ height, hash, raw }) => ({
    feed: raw,
    id: hash,
    tip: (isBurst ? Math.min(height, first + 1) : height) - 1,
  }))
}

/** What was seen of a transaction, moment by moment, after the step that submitted it. */
function watchesOf({ name, timelines = [], transactions = [] }) {
  return timelines.flatMap((timeline, index) => {
    const { step, name: stepName, signedHex, hash, committed } = transactions[index]
    return (timeline.timeline ?? timeline).map((moment, place) => ({
      n: step + (place + 1) / 10,
      name: `${stepName}, ${moment.atMs} ms later`,
      ...(name.startsWith('b3')
        ? resubmission(moment, signedHex, committed)
        : sighting(moment, signedHex, hash, committed)),
    }))
  })
}

function resubmission({ status, body, transactionInfoThen }, signedHex, { height }) {
  return {
    tip: transactionInfoThen === 'mempool' ? height - 1 : height,
    method: 'POST',
    path: '/api/v0/submit-transaction',
    body: JSON.stringify({ TransactionHex: signedHex }),
    status,
    answer: body,
  }
}

function sighting({ committedTip, ...seen }, signedHex, id, { height }) {
  const { atMs: _, ...watch } = seen
  const tip =
    seen.transactionInfo === 'mempool' ? height - 1 : seen.committed ? committedTip + COMMIT_DEPTH : height
  return { tip, id, raw: signedHex, watch }
}

/** Where the node put every transaction of the shared chain. */
function writePlaces() {
  write(
    'places',
    chainTransactions.map(({ height, index, hash, type }) => [height, index, hash, type]),
  )
}

function write(name, rows) {
  const text = `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`
  writeFileSync(join(TARGET, `${name}.json`), text)
  console.log(
    name.padEnd(40),
    rows.length,
    text.length,
    createHash('sha256').update(text).digest('hex').slice(0, 8),
  )
}
