import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ManualDevchain, startManualDevchain } from '../../test/support/manual-devchain.js'
import { faultsAt } from '../../test/support/replay/circumstances.js'
import { knownRow, readKnownDifferences, unmetRows } from '../../test/support/replay/known-differences.js'
import { readPlaces } from '../../test/support/replay/recorded.js'
import { Replayer, type StepDifference } from '../../test/support/replay/replayer.js'
import { VOLATILE, volatileRule } from '../../test/support/replay/volatile.js'

/**
 * What a real node answered, asked of the local chain in the same order, at the same heights, with the same signed
 * bytes, the same nonces and the same funds. All has to be equal: statuses, content types, error texts, names,
 * nesting, order and values. What is not compared stands in test/support/replay/volatile.ts, what is known to differ
 * in the table of docs/devchain.md, and neither may have a row too many.
 */
const CHAINS = [
  {
    name: 'the first chain',
    scenarios: [
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
  },
  { name: 'a chain with other parameters', scenarios: ['p-global-params', 'z-shutdown-and-start'] },
  { name: 'a chain on a node without a transaction index', scenarios: ['t-no-txindex'] },
]

/** The key that funded everybody on the recorded chains, and what it had. */
const DEVELOPER = {
  publicKey: 'tBCKVERmG9nZpHTk2AVPqknWc1Mw9HHAnqrTpW1RnXpXMQ4PsQgnmV',
  nanos: '100028990002277',
}

/** As the recorded chains had it. */
const params = { softMaxBlockBytes: 16_000 }

const known = readKnownDifferences()
const usedRules = new Set<unknown>()

/** What neither the list nor the table allows, a line each. */
function unknownOf(differences: StepDifference[]): string[] {
  const unknown = differences.filter((difference) => {
    const rule = volatileRule(difference, difference.request)
    if (rule) usedRules.add(rule)
    return !rule && !knownRow(known, difference.scenario, difference.step, difference)
  })
  return unknown.map(
    ({ scenario, step, path, recorded, here }) => `${scenario} | ${step} | ${path}: ${recorded} => ${here}`,
  )
}

describe.sequential.each(CHAINS)('the local chain answers as a real node did: $name', ({ scenarios }) => {
  let chain: ManualDevchain
  let replayer: Replayer

  beforeAll(async () => {
    chain = await startManualDevchain({ params })
    await chain.mine(BEGINNING)
    const { body } = await chain.post('/dev/fund', DEVELOPER)
    replayer = new Replayer(chain, faultsAt, body.height)
  })

  afterAll(async () => {
    await chain[Symbol.asyncDispose]()
  })

  test.each(scenarios)('%s', async (scenario) => {
    expect(unknownOf(await replayer.replay(scenario))).toEqual([])
  })

  // Of the others nobody wrote down where their transactions went.
  if (!scenarios.includes('n-burst')) return

  test('and puts every transaction where the node put it', async () => {
    const places = readPlaces()
    // What was sent last is still in the mempool.
    await chain.mine()
    const here = await placesOf(chain, new Set(places.map(([height]) => height)))
    const differences = places.map(([height, index, id, type]): StepDifference[] => {
      const recorded = `${height}:${index}`
      const found = here.get(id) ?? 'nowhere'
      const difference = { scenario: 'places', step: 'sent', request: '', path: type, recorded, here: found }
      return recorded === found ? [] : [difference]
    })
    expect(unknownOf(differences.flat())).toEqual([])
  })
})

/** The first blocks of a chain were made by proof of work; the money comes after them. */
const BEGINNING = 50

async function placesOf(chain: ManualDevchain, heights: ReadonlySet<number>): Promise<Map<string, string>> {
  const places = new Map<string, string>()
  for (const height of heights) {
    const { body } = await chain.post('/api/v1/block', { Height: height, FullBlock: true })
    body.Transactions.forEach(({ TransactionHashHex }: { TransactionHashHex: string }, index: number) => {
      places.set(TransactionHashHex, `${height}:${index}`)
    })
  }
  return places
}

describe('what is allowed to differ', () => {
  test('differs: no row of the table of docs/devchain.md is left over', () => {
    expect(unmetRows(known)).toEqual([])
  })

  test('is as volatile as the list says: no rule is left over', () => {
    expect(VOLATILE.filter((rule) => !usedRules.has(rule))).toEqual([])
  })
})
