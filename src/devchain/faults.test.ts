import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import {
  devAccount,
  devKey,
  ManualClock,
  type ManualDevchain,
  startManualDevchain,
  until,
} from '../../test/support/manual-devchain.js'
import { keyText } from './wire/base58-check.js'

/** The conditions that a node can be put into by /dev/faults. Faults of single requests: devchain.test.ts. */

const opened: AsyncDisposable[] = []

afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one[Symbol.asyncDispose]()
})

async function start(options: Parameters<typeof startManualDevchain>[0] = {}): Promise<ManualDevchain> {
  const chain = await startManualDevchain(options)
  opened.push(chain)
  return chain
}

const TIP = '/api/v0/get-committed-tip-block-info'
const ALICE = keyText(devAccount(0).account)
const BOB = keyText(devAccount(1).account)
const AT_FIRST = 10_000_000_000_000
const toBob = (nanos: bigint) => ({ outputs: [{ publicKey: devKey(1), amountNanos: nanos }] })

async function fault(chain: ManualDevchain, body: Record<string, unknown>): Promise<void> {
  const { status, body: answer } = await chain.post('/dev/faults', body)
  expect(status, JSON.stringify(answer)).toBe(200)
}

/** Its id. */
async function pay(chain: ManualDevchain, nanos: bigint): Promise<string> {
  const { status, body } = await chain.submit(chain.sign(0, toBob(nanos)))
  expect(status, JSON.stringify(body)).toBe(200)
  return body.TxnHashHex
}

/** Bob's, over what he has at first. */
async function received(chain: ManualDevchain): Promise<number> {
  return (await chain.balanceOf(BOB)) - AT_FIRST
}

async function heights(chain: ManualDevchain) {
  const tip = (await chain.post('/api/v1/node-info', {})).body.DeSoStatus.LatestBlockHeight
  return { tip, committed: (await chain.get(TIP)).body.Height }
}

async function fullBlock(chain: ManualDevchain, height: number) {
  return chain.post('/api/v1/block', { Height: height, FullBlock: true })
}

async function inBlock(chain: ManualDevchain, height: number, id: string): Promise<boolean> {
  const { body } = await fullBlock(chain, height)
  return body.Transactions.some(
    ({ TransactionHashHex }: Record<string, unknown>) => TransactionHashHex === id,
  )
}

const getTxn = (chain: ManualDevchain, id: string, status = '') =>
  chain.post('/api/v0/get-txn', { TxnHashHex: id, TxnStatus: status })

describe('a node that lags', () => {
  test('answers as of so many blocks ago', async () => {
    const chain = await start()
    await pay(chain, 5n)
    await chain.mine(4)
    await fault(chain, { kind: 'lag', blocks: 4 })
    expect([await heights(chain), await received(chain)]).toEqual([{ tip: 0, committed: 0 }, 0])
    expect((await fullBlock(chain, 1)).body.Error).toMatch(/must be >= 0 and <= height .* tip 0$/)
    await chain.mine()
    expect([await heights(chain), await received(chain)]).toEqual([{ tip: 1, committed: 0 }, 5])
    await fault(chain, {})
    expect(await heights(chain)).toEqual({ tip: 5, committed: 3 })
  })

  test('knows nothing of the mempool, and passes on what is submitted', async () => {
    const chain = await start()
    await fault(chain, { kind: 'lag', blocks: 1 })
    const id = await pay(chain, 5n)
    expect([await chain.sighting(id), await received(chain)]).toEqual(['nowhere', 0])
    await fault(chain, {})
    expect([await chain.sighting(id), await received(chain)]).toEqual(['mempool', 5])
  })

  test('stands still where no number of blocks is given, however far the chain goes on', async () => {
    const chain = await start()
    await chain.mine(2)
    await fault(chain, { kind: 'lag' })
    await pay(chain, 5n)
    await chain.mine(200)
    expect([await heights(chain), await received(chain)]).toEqual([{ tip: 2, committed: 0 }, 0])
    await fault(chain, {})
    expect([await heights(chain), await received(chain)]).toEqual([{ tip: 202, committed: 200 }, 5])
  })

  test('is one of several nodes of the same chain', async () => {
    const chain = await start()
    const { url } = await chain.openNode()
    const tipOfOther = async () => ((await (await fetch(url + TIP)).json()) as { Height: number }).Height
    await fetch(`${url}/dev/faults`, { method: 'POST', body: JSON.stringify({ kind: 'lag' }) })
    await chain.mine(3)
    expect([await tipOfOther(), (await heights(chain)).committed]).toEqual([0, 1])
    await fault(chain, { kind: '500', path: '*', times: 100 })
    expect(await tipOfOther()).toBe(0)
    await fetch(`${url}/dev/faults`, { method: 'DELETE' })
    expect(await tipOfOther()).toBe(1)
  })
})

describe('reads that flicker', () => {
  test('lose what is not committed, once unless more is said', async () => {
    const chain = await start()
    await pay(chain, 5n)
    await fault(chain, { kind: 'flicker' })
    expect([await received(chain), await received(chain)]).toEqual([0, 5])
    await chain.mine()
    await fault(chain, { kind: 'flicker', times: 2 })
    expect([await received(chain), await received(chain), await received(chain)]).toEqual([0, 0, 5])
    await chain.mine(2)
    await fault(chain, { kind: 'flicker' })
    expect(await received(chain)).toBe(5)
  })

  test('may do so for some milliseconds', async () => {
    const chain = await start()
    await pay(chain, 5n)
    await fault(chain, { kind: 'flicker', ms: 8 })
    expect([await received(chain), await received(chain)]).toEqual([0, 0])
    chain.clock.pass(8)
    expect(await received(chain)).toBe(5)
    expect((await chain.get('/dev/faults')).body.faults).toEqual([])
  })

  test('answer as recorded: 404 for an association, 400 for a post, one less in a count', async () => {
    const chain = await start()
    const { body } = await chain.submit(chain.sign(0, { metadata: association() }))
    const posted = await chain.submit(chain.sign(0, { metadata: post() }))
    const query = { TransactorPublicKeyBase58Check: ALICE, AssociationType: 'DIG:SUBSCRIPTION' }
    const reads = [
      () => chain.get(`/api/v0/user-associations/${body.TxnHashHex}`),
      () => chain.post('/api/v0/get-single-post', { PostHashHex: posted.body.TxnHashHex }),
      () => chain.post('/api/v0/user-associations/count', query),
      () => chain.post('/api/v0/get-posts-for-public-key', { PublicKeyBase58Check: ALICE, NumToFetch: 5 }),
    ]
    const answers = async () => Promise.all(reads.map((read) => read()))
    const before = await answers()
    await fault(chain, { kind: 'flicker', times: reads.length })
    const [one, single, count, feed] = await answers()
    expect([one?.status, single?.status]).toEqual([404, 400])
    expect([before[2]?.body.Count, count?.body.Count]).toEqual([1, 0])
    expect([before[3]?.body.Posts.length, feed?.body.Posts]).toEqual([1, null])
    expect(await answers()).toEqual(before)
  })

  test('may be those of one path only', async () => {
    const chain = await start()
    const id = await pay(chain, 5n)
    await fault(chain, { kind: 'flicker', path: '/get-users-stateless' })
    expect([await chain.sighting(id), await received(chain)]).toEqual(['mempool', 0])
  })
})

describe('an index that lags', () => {
  test('does so by blocks, by milliseconds, or stays where it is', async () => {
    const chain = await start()
    const id = await pay(chain, 5n)
    await chain.mine(3)
    expect(await chain.sighting(id)).toBe('index')
    await fault(chain, { kind: 'indexLag', blocks: 1 })
    expect(await chain.sighting(id)).toBe('nowhere')
    await chain.mine()
    expect(await chain.sighting(id)).toBe('index')

    await fault(chain, {})
    const second = await pay(chain, 6n)
    await fault(chain, { kind: 'indexLag', ms: 2000 })
    await chain.mine(3)
    chain.clock.pass(1999)
    expect(await chain.sighting(second)).toBe('nowhere')
    chain.clock.pass(1)
    expect(await chain.sighting(second)).toBe('index')

    await fault(chain, {})
    const third = await pay(chain, 7n)
    await fault(chain, { kind: 'indexLag' })
    await chain.mine(50)
    chain.clock.pass(600_000)
    expect([await chain.sighting(second), await chain.sighting(third)]).toEqual(['index', 'nowhere'])
    expect(await received(chain)).toBe(18)
    await fault(chain, {})
    expect(await chain.sighting(third)).toBe('index')
  })

  test('is what get-txn waits for, and makes blocks meanwhile', async () => {
    const chain = await start({ blockMs: 500 })
    const id = await pay(chain, 5n)
    const answer = { settled: false, promise: getTxn(chain, id, 'Committed') }
    void answer.promise.then(() => {
      answer.settled = true
    })
    for (let turns = 0; turns < 50 && !answer.settled; turns += 1) {
      await until(() => chain.clock.sleeping > 0 || answer.settled)
      chain.clock.pass(500)
    }
    expect(await answer.promise).toEqual({ status: 200, body: { TxnFound: true } })
  })

  test('is what get-txn gives up on after half a minute', async () => {
    const chain = await start()
    const id = await pay(chain, 5n)
    await chain.mine(3)
    await fault(chain, { kind: 'indexLag', blocks: 1 })
    const answer = getTxn(chain, id)
    await until(() => chain.clock.sleeping > 0)
    chain.clock.pass(30_000)
    expect(await answer).toEqual({
      status: 400,
      body: { error: 'GetTxn: Timed out waiting for txindex to sync.' },
    })
  })
})

describe('a node without an index', () => {
  test('answers as recorded', async () => {
    const chain = await start()
    const id = await pay(chain, 5n)
    await chain.mine(3)
    await fault(chain, { kind: 'noTxindex' })
    const info = await chain.post('/api/v1/transaction-info', { TransactionIDBase58Check: id })
    expect([info.status, info.body.Error]).toEqual([
      400,
      'APITransactionInfo: This function cannot be called without passing --txindex to the node on startup.',
    ])
    for (const dropped of [getTxn(chain, id), fullBlock(chain, 1)]) {
      await expect(dropped).rejects.toMatchObject({ code: 'ECONNRESET' })
    }
    expect((await chain.post('/api/v1/block', { Height: 1 })).status).toBe(200)
    expect([await received(chain), (await heights(chain)).committed]).toEqual([5, 1])
  })
})

describe('a node that is stopping', () => {
  test('looks well, stands still, and fails at all that needs its mempool', async () => {
    const chain = await start()
    await chain.mine(3)
    await fault(chain, { kind: 'stopping' })
    await chain.mine(3)
    expect((await chain.get('/api/v0/health-check')).body).toBe(200)
    expect((await chain.get(TIP)).body).toMatchObject({ Height: 1, LatestView: 0 })
    const submitted = await chain.submit(chain.sign(0, toBob(5n)))
    expect(submitted.body.error).toMatch(/PosMempool.AddTransaction: : MempoolErrorNotRunning$/)
    const asked = await chain.post('/api/v0/get-single-profile', { PublicKeyBase58Check: ALICE })
    expect(asked.body.error).toMatch(/MempoolErrorNotRunning$/)
    await expect(chain.post('/api/v0/send-deso', {})).rejects.toMatchObject({ code: 'ECONNRESET' })
  })
})

describe('a node of the wrong network', () => {
  const FIRST = { Height: 0, FullBlock: false }

  test('shows another chain, with the prefixes of mainnet', async () => {
    const chain = await start()
    const genesis = (await chain.post('/api/v1/block', FIRST)).body.Header.BlockHashHex
    await pay(chain, 5n)
    await fault(chain, { kind: 'wrongNetwork' })
    expect((await chain.post('/api/v0/get-app-state', {})).body.IsTestnet).toBe(false)
    expect((await chain.post('/api/v1/block', FIRST)).body.Header.BlockHashHex).not.toBe(genesis)
    expect((await heights(chain)).tip).toBe(100)
    const body = { PublicKeysBase58Check: [BOB], SkipForLeaderboard: true, IncludeBalance: true }
    const [user] = (await chain.post('/api/v0/get-users-stateless', body)).body.UserList
    expect([user.PublicKeyBase58Check.slice(0, 4), user.BalanceNanos]).toEqual(['BC1Y', AT_FIRST])
    await fault(chain, {})
    expect([await heights(chain), await received(chain)]).toEqual([{ tip: 0, committed: 0 }, 5])
  })

  test('may be another testnet, and keeps what it is sent to itself', async () => {
    const chain = await start()
    const genesis = (await chain.post('/api/v1/block', FIRST)).body.Header.BlockHashHex
    await fault(chain, { kind: 'wrongNetwork', network: 'testnet' })
    expect((await chain.post('/api/v0/get-app-state', {})).body.IsTestnet).toBe(true)
    expect((await chain.post('/api/v1/block', FIRST)).body.Header.BlockHashHex).not.toBe(genesis)
    const id = await pay(chain, 5n)
    expect(await chain.sighting(id)).toBe('mempool')
    await fault(chain, {})
    expect([await chain.sighting(id), await received(chain)]).toEqual(['nowhere', 0])
  })
})

describe('transactions in limbo', () => {
  test('stay in uncommitted blocks, until it is over', async () => {
    const chain = await start()
    await fault(chain, { kind: 'limbo' })
    const id = await pay(chain, 5n)
    await chain.mine(20)
    expect([await heights(chain), await chain.sighting(id), await received(chain)]).toEqual([
      { tip: 20, committed: 0 },
      'nowhere',
      5,
    ])
    expect(await inBlock(chain, 1, id)).toBe(true)
    await fault(chain, {})
    expect([await heights(chain), await chain.sighting(id)]).toEqual([{ tip: 20, committed: 18 }, 'index'])
  })

  test('stay in the mempool, and blocks are empty', async () => {
    const chain = await start()
    await fault(chain, { kind: 'limbo', where: 'mempool' })
    const id = await pay(chain, 5n)
    await chain.mine(3)
    expect([await heights(chain), await chain.sighting(id)]).toEqual([{ tip: 3, committed: 1 }, 'mempool'])
    await fault(chain, {})
    await chain.mine()
    expect(await inBlock(chain, 4, id)).toBe(true)
  })

  test('are accepted and in nothing at all', async () => {
    const chain = await start()
    await fault(chain, { kind: 'limbo', where: 'nowhere' })
    const id = await pay(chain, 5n)
    const refused = await chain.submit(chain.sign(0, toBob(100_000_000_000_000n)))
    expect(refused.body.error).toMatch(/RuleErrorInsufficientBalance/)
    await chain.mine(3)
    expect([await chain.sighting(id), await received(chain), await inBlock(chain, 1, id)]).toEqual([
      'nowhere',
      0,
      false,
    ])
    await fault(chain, {})
    expect([await chain.sighting(id), await received(chain)]).toEqual(['mempool', 5])
  })
})

describe('blocks reorganised away', () => {
  test('give their transactions back to the mempool, and come anew at the same heights', async () => {
    const chain = await start()
    const first = await pay(chain, 5n)
    await chain.mine(3)
    const second = await pay(chain, 6n)
    await chain.mine()
    const lost = (await fullBlock(chain, 4)).body.Header.BlockHashHex
    await fault(chain, { kind: 'reorg' })
    expect([await heights(chain), await chain.sighting(first), await chain.sighting(second)]).toEqual([
      { tip: 2, committed: 2 },
      'index',
      'mempool',
    ])
    expect(await received(chain)).toBe(11)
    await chain.mine(2)
    expect([await inBlock(chain, 3, second), await inBlock(chain, 4, second)]).toEqual([true, false])
    expect((await fullBlock(chain, 4)).body.Header.BlockHashHex).not.toBe(lost)
    expect((await chain.post('/api/v1/block', { HashHex: lost })).body.Error).toMatch(
      /does not exist in best chain/,
    )
  })

  test('may take their transactions with them, which can then be sent again', async () => {
    const chain = await start()
    const hex = chain.sign(0, toBob(5n))
    const { body } = await chain.submit(hex)
    await chain.mine()
    const waiting = await pay(chain, 6n)
    await fault(chain, { kind: 'reorg', where: 'nowhere' })
    expect([
      await chain.sighting(body.TxnHashHex),
      await chain.sighting(waiting),
      await received(chain),
    ]).toEqual(['nowhere', 'mempool', 6])
    expect((await chain.submit(hex)).status).toBe(200)
    await chain.mine(3)
    expect([await chain.sighting(body.TxnHashHex), await received(chain)]).toEqual(['index', 11])
  })

  test('do not take money that was made: the next block pays it', async () => {
    const chain = await start()
    await fault(chain, { kind: 'limbo' })
    await chain.post('/dev/fund', { publicKey: BOB, nanos: '7' })
    await fault(chain, { kind: 'reorg', where: 'nowhere' })
    expect([await heights(chain), await received(chain)]).toEqual([{ tip: 0, committed: 0 }, 0])
    await chain.mine()
    expect(await received(chain)).toBe(7)
  })

  test('stay away, and nothing is held, after a restart', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'devchain-faults-'))
    opened.push({ [Symbol.asyncDispose]: () => rm(dataDir, { recursive: true, force: true }) })
    const clock = new ManualClock()
    const first = await startManualDevchain({ dataDir, clock })
    await pay(first, 5n)
    await first.mine()
    await fault(first, { kind: 'reorg' })
    await fault(first, { kind: 'limbo' })
    await pay(first, 6n)
    await first.mine(2)
    await fault(first, { kind: 'reorg', where: 'nowhere' })
    const id = await pay(first, 7n)
    await first.mine(4)
    const blocks = async (chain: ManualDevchain) =>
      Promise.all([0, 1, 2, 3, 4].map(async (height) => (await fullBlock(chain, height)).body.Header))
    const before = [await heights(first), await received(first), await blocks(first)]
    expect(before.slice(0, 2)).toEqual([{ tip: 4, committed: 0 }, 7])
    await first[Symbol.asyncDispose]()

    const second = await start({ dataDir, clock: new ManualClock(clock.ms + 5000) })
    expect([await heights(second), await received(second), await blocks(second)]).toEqual([
      { tip: 4, committed: 2 },
      ...before.slice(1),
    ])
    expect(await second.sighting(id)).toBe('index')
  })
})

describe('what is wrong with a fault', () => {
  test.each([
    [{ kind: 'lag', blocks: 101 }, 'blocks is a whole number from 1 to 100'],
    [{ kind: 'flicker', blocks: 1 }, 'blocks is for lag and indexLag'],
    [{ kind: 'flicker', ms: -1 }, 'ms is a whole number from 0 to 600000'],
    [{ kind: 'limbo', where: 'here' }, 'where is one of blocks, mempool, nowhere'],
    [{ kind: 'reorg', where: 'blocks' }, 'where is one of mempool, nowhere'],
    [{ kind: 'wrongNetwork', network: 'ropsten' }, 'network is one of mainnet, testnet'],
    [{ kind: 'noTxindex', path: 'x' }, 'path begins with / or is *'],
    [{ kind: '500', path: '*', text: 1 }, 'text is a string'],
  ])('%j is told in words', async (body, error) => {
    const chain = await start()
    expect(await chain.post('/dev/faults', body)).toEqual({ status: 400, body: { error } })
    expect((await chain.get('/dev/faults')).body.faults).toEqual([])
  })

  test('more than a hundred of them', async () => {
    const chain = await start()
    for (let count = 0; count < 100; count += 1) await fault(chain, { kind: 'noTxindex', path: '/x' })
    expect((await chain.post('/dev/faults', { kind: 'lag' })).body.error).toBe('there are 100 faults already')
  })
})

function post() {
  return {
    type: 'SUBMIT_POST' as const,
    postHashToModify: new Uint8Array(),
    parentStakeId: new Uint8Array(),
    body: Buffer.from('{"Body":"hello"}'),
    creatorBasisPoints: 1000n,
    stakeMultipleBasisPoints: 12_500n,
    timestampNanos: 1_795_510_000_000_000_000n,
    isHidden: false,
  }
}

function association() {
  return {
    type: 'CREATE_USER_ASSOCIATION' as const,
    targetPublicKey: devKey(1),
    appPublicKey: new Uint8Array(33),
    associationType: Buffer.from('DIG:SUBSCRIPTION'),
    associationValue: Buffer.from('gold'),
  }
}
