import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ManualDevchain, startManualDevchain } from '../../test/support/manual-devchain.js'

/**
 * What a real node answered (test/fixtures/devchain, cut from the recordings), asked of the local chain in the same
 * order, with the same signed bytes and the same funds. Everything has to be equal but what belongs to the moment:
 * heights, times, hashes of blocks, and in constructed transactions what the random nonce decides.
 */
interface Step {
  n: number
  name: string
  /** Blocks that passed since the step before. */
  blocks?: number
  /** The height that the recorded node was at. */
  tip?: number
  method?: string
  path?: string
  headers?: Record<string, string>
  body?: string
  status?: number
  /** JSON where absent. */
  contentType?: string | null
  answer?: string
  /** Sent for its effect: its answer is long, or was made by a read that lagged. */
  isUnchecked?: boolean
  /** The node closed the connection without an answer. */
  dropped?: boolean
}

/** The key that funded everybody on the recorded chain, and what it had. */
const DEVELOPER = {
  publicKey: 'tBCKVERmG9nZpHTk2AVPqknWc1Mw9HHAnqrTpW1RnXpXMQ4PsQgnmV',
  nanos: '20000000000000000',
}

let chain: ManualDevchain

beforeAll(async () => {
  chain = await startManualDevchain()
  await chain.post('/dev/fund', DEVELOPER)
})

afterAll(async () => {
  await chain[Symbol.asyncDispose]()
})

describe.sequential('the local chain answers as the recorded node did', () => {
  for (const scenario of [
    '00-setup',
    'b-send-deso',
    'c-profiles',
    'd-posts',
    'e-user-associations',
    'f-transaction-info',
    'h-http-layer',
    'b2-submit-semantics',
    'e4-association-paging-empty-page',
  ]) {
    describe.sequential(scenario, () => {
      for (const step of readSteps(scenario)) {
        test(`${step.n} ${step.name}`, () => replay(step))
      }
    })
  }
})

function readSteps(scenario: string): Step[] {
  return JSON.parse(readFileSync(`test/fixtures/devchain/${scenario}.json`, 'utf8'))
}

async function replay(step: Step): Promise<void> {
  if (step.blocks) await chain.mine(step.blocks)
  if (step.tip) await mineUpTo(step.tip)
  if (!step.method || !step.path) return
  const headers = step.headers ?? (step.body === undefined ? {} : { 'Content-Type': 'application/json' })
  const asked = chain.send(step.method, step.path, headers, step.body)
  if (step.dropped) {
    await expect(asked).rejects.toMatchObject({ code: 'ECONNRESET' })
    return
  }
  const { headers: _, ...answer } = await asked
  if (step.isUnchecked) {
    expect(answer.status).toBe(200)
    return
  }
  const normalise = isConstruct(step.path) ? constructed : momentary
  expect({ ...answer, body: normalise(answer.body) }).toEqual({
    status: step.status,
    contentType: step.contentType === undefined ? 'application/json' : step.contentType,
    body: normalise(step.answer ?? ''),
  })
}

async function mineUpTo(tip: number): Promise<void> {
  const { body } = await chain.post('/api/v0/txn-construction-params', {})
  if (body.BlockHeight < tip) await chain.mine(tip - body.BlockHeight)
}

function isConstruct(path: string): boolean {
  return /send-deso|update-profile|submit-post|associations\/(create|delete)/.test(path)
}

function momentary(body: string): string {
  return body
    .replace(
      /"(BlockHeight|ConfirmationBlockHeight|ExpirationBlockHeight|Height|TimestampSecs|TstampSecs|TstampNanoSecs)":\d+/g,
      '"$1":0',
    )
    .replace(/"InMempool":(true|false)/g, '"InMempool":null')
    .replace(/"TxnIndexInBlock":\d+/g, '"TxnIndexInBlock":0')
    .replace(/"(BlockHashHex|PrevBlockHashHex|TransactionMerkleRootHex)":"[0-9a-f]{64}"/g, '"$1":""')
    .replace(/tipHeight \(\d+\)/g, 'tipHeight (0)')
    .replace(/block chain tip \d+/g, 'block chain tip 0')
}

/** Fees count the digits of the nonce. */
function constructed(body: string): string {
  return momentary(body)
    .replace(/"(PartialID|TstampNanos|TimestampNanos|TxnFeeNanos|FeeNanos|TotalInputNanos)":\d+/g, '"$1":0')
    .replace(/"(TransactionHex|TxnHashHex|TransactionIDBase58Check|PostHashHex)":"[^"]*"/g, '"$1":""')
}
