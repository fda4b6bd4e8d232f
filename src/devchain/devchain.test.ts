import { appendFile, cp, mkdtemp, readFile, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { startScript } from '../../test/support/child-script.js'
import {
  devAccount,
  devKey,
  ManualClock,
  type ManualDevchain,
  startManualDevchain,
  until,
} from '../../test/support/manual-devchain.js'
import { keyText } from './wire/base58-check.js'

const opened: AsyncDisposable[] = []

afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one[Symbol.asyncDispose]()
})

async function start(options: Parameters<typeof startManualDevchain>[0] = {}): Promise<ManualDevchain> {
  const chain = await startManualDevchain(options)
  opened.push(chain)
  return chain
}

async function newDataDir(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'devchain-'))
  opened.push({ [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) })
  return path
}

const ALICE = keyText(devAccount(0).account)
const BOB = keyText(devAccount(1).account)
const toBob = (nanos: bigint) => ({ outputs: [{ publicKey: devKey(1), amountNanos: nanos }] })

async function committedHeight(chain: ManualDevchain): Promise<number> {
  return (await chain.get('/api/v0/get-committed-tip-block-info')).body.Height
}

/** Everything that a restart has to bring back. */
async function everything(chain: ManualDevchain): Promise<unknown> {
  const tip = await chain.get('/api/v1')
  const blocks = []
  for (let height = 0; height <= tip.body.Header.Height; height += 1) {
    blocks.push((await chain.post('/api/v1/block', { Height: height, FullBlock: true })).body)
  }
  return {
    blocks,
    committed: (await chain.get('/api/v0/get-committed-tip-block-info')).body,
    accounts: (await chain.get('/dev/accounts')).body,
    mempool: (await chain.post('/api/v1/transaction-info', { IsMempool: true })).body,
    profile: (await chain.post('/api/v0/get-single-profile', { PublicKeyBase58Check: ALICE })).body,
    posts: (
      await chain.post('/api/v0/get-posts-for-public-key', { PublicKeyBase58Check: ALICE, NumToFetch: 10 })
    ).body,
    associations: (
      await chain.post('/api/v0/user-associations/query', { TransactorPublicKeyBase58Check: ALICE })
    ).body,
  }
}

/** One of each kind, some in blocks, some waiting. */
async function live(chain: ManualDevchain): Promise<void> {
  const submit = async (parts: Parameters<typeof chain.sign>[1]) => {
    const { status, body } = await chain.submit(chain.sign(0, parts))
    expect(status, JSON.stringify(body)).toBe(200)
    return body.TxnHashHex as string
  }
  await submit({
    metadata: {
      type: 'UPDATE_PROFILE',
      profilePublicKey: new Uint8Array(),
      newUsername: Buffer.from('alice'),
      newDescription: Buffer.from('hello'),
      newProfilePic: new Uint8Array(),
      newCreatorBasisPoints: 10_000n,
      newStakeMultipleBasisPoints: 12_500n,
      isHidden: false,
    },
  })
  await chain.mine()
  await submit({ metadata: post('one') })
  await submit({ ...toBob(5n), metadata: association('gold'), extraData: { V: '1' } })
  await chain.mine(2)
  await chain.post('/dev/fund', { publicKey: BOB, nanos: '12345' })
  await chain.post('/dev/time', { seconds: 3600 })
  const replaced = chain.sign(0, { ...toBob(7n), partialId: 99n })
  await chain.submit(replaced)
  await chain.submit(chain.sign(0, { ...toBob(8n), partialId: 99n, feeNanos: 2000n }))
  await submit({ metadata: association('gold'), extraData: { PREV: '' } })
}

function post(body: string) {
  return {
    type: 'SUBMIT_POST' as const,
    postHashToModify: new Uint8Array(),
    parentStakeId: new Uint8Array(),
    body: Buffer.from(JSON.stringify({ Body: body })),
    creatorBasisPoints: 1000n,
    stakeMultipleBasisPoints: 12_500n,
    timestampNanos: 1_795_510_000_000_000_000n,
    isHidden: false,
  }
}

function association(value: string) {
  return {
    type: 'CREATE_USER_ASSOCIATION' as const,
    targetPublicKey: devKey(1),
    appPublicKey: new Uint8Array(33),
    associationType: Buffer.from('DIG:SUBSCRIPTION'),
    associationValue: Buffer.from(value),
  }
}

describe('a transaction on its way', () => {
  test('is in the mempool, then in a block, then committed, and for a while in no index', async () => {
    const chain = await start({ indexLagMs: 300 })
    const id = (await chain.submit(chain.sign(0, toBob(5n)))).body.TxnHashHex
    expect(await chain.sighting(id)).toBe('mempool')
    expect(await chain.balanceOf(BOB)).toBe(10_000_000_000_005)

    await chain.mine()
    const block = await chain.post('/api/v1/block', { Height: 1, FullBlock: true })
    expect(block.body.Transactions[1].TransactionHashHex).toBe(id)
    expect([await chain.sighting(id), await committedHeight(chain)]).toEqual(['nowhere', 0])

    await chain.mine(2)
    expect([await chain.sighting(id), await committedHeight(chain)]).toEqual(['nowhere', 1])
    chain.clock.pass(299)
    expect(await chain.sighting(id)).toBe('nowhere')
    chain.clock.pass(1)
    expect(await chain.sighting(id)).toBe('index')
  })

  test('moves by itself while something waits, and then nothing moves', async () => {
    const chain = await start({ blockMs: 500 })
    const id = (await chain.submit(chain.sign(0, toBob(5n)))).body.TxnHashHex
    for (let pause = 0; pause < 3; pause += 1) {
      await until(() => chain.clock.sleeping > 0)
      chain.clock.pass(500)
      await until(async () => (await chain.get('/api/v1')).body.Header.Height === pause + 1)
    }
    expect([await chain.sighting(id), await committedHeight(chain)]).toEqual(['index', 1])
    chain.clock.pass(60_000)
    expect((await chain.get('/api/v1')).body.Header.Height).toBe(3)
    expect(chain.clock.sleeping).toBe(0)
  })
})

describe('what a developer may do', () => {
  test('is to see ten accounts', async () => {
    const chain = await start()
    const { body } = await chain.get('/dev/accounts')
    expect(body).toHaveLength(10)
    expect(body[0]).toEqual({
      name: 'alice',
      publicKey: ALICE,
      seedHex: devAccount(0).seedHex,
      mnemonic: 'test test test test test test test test test test test junk',
      path: "m/44'/0'/0'/0/0",
      balanceNanos: '10000000000000',
    })
  })

  test('is to make money, committed when answered', async () => {
    const chain = await start()
    const { status, body } = await chain.post('/dev/fund', { publicKey: BOB, nanos: '5' })
    expect([status, body]).toEqual([200, { height: 3, committedHeight: 1, time: 1_795_510_000 }])
    expect(await chain.balanceOf(BOB)).toBe(10_000_000_000_005)
    const { Transactions } = (await chain.post('/api/v1/block', { Height: 1, FullBlock: true })).body
    expect(Transactions[0].Outputs[1]).toEqual({ PublicKeyBase58Check: BOB, AmountNanos: 5 })
  })

  test('is to make blocks and to move time forward', async () => {
    const chain = await start()
    expect((await chain.mine(4)).body).toEqual({ height: 4, committedHeight: 2, time: 1_795_510_000 })
    expect((await chain.post('/dev/time', { seconds: 86_400.5 })).body).toEqual({
      height: 7,
      committedHeight: 5,
      time: 1_795_596_400,
    })
    chain.clock.pass(1000)
    expect((await chain.post('/dev/mine', {})).body.time).toBe(1_795_596_400)
    expect((await chain.mine(2)).body.time).toBe(1_795_596_401)
  })

  test('is to begin anew', async () => {
    const chain = await start()
    await live(chain)
    expect((await chain.post('/dev/reset', {})).body).toEqual({
      height: 0,
      committedHeight: 0,
      time: 1_795_510_000,
    })
    expect(await chain.balanceOf(BOB)).toBe(10_000_000_000_000)
    expect((await chain.post('/api/v1/transaction-info', { IsMempool: true })).body.Transactions).toEqual([])
  })

  test.each([
    ['/dev/fund', {}, 'publicKey is a DeSo public key'],
    ['/dev/fund', { publicKey: 'tBCnobody', nanos: '1' }, 'publicKey is a DeSo public key'],
    ['/dev/fund', { publicKey: BOB, nanos: 1 }, 'nanos is a decimal string from "1" to "30000000000000000"'],
    [
      '/dev/fund',
      { publicKey: BOB, nanos: '0' },
      'nanos is a decimal string from "1" to "30000000000000000"',
    ],
    ['/dev/mine', { blocks: 0 }, 'blocks is a whole number from 1 to 10000'],
    ['/dev/mine', { blocks: '1' }, 'blocks is a whole number from 1 to 10000'],
    [
      '/dev/time',
      { seconds: -1 },
      'seconds is how far to move the clock forward, a number from 0 to 31557600000',
    ],
    [
      '/dev/faults',
      { kind: 'flood', path: '*' },
      'kind is one of latency, hang, reset, 500, html, halfBody, lag, flicker, indexLag, noTxindex, stopping, wrongNetwork, limbo, reorg',
    ],
    ['/dev/faults', { kind: 'hang', path: 'x' }, 'path begins with / or is *'],
    ['/dev/faults', { kind: 'hang', path: '*', times: 0 }, 'times is a whole number from 1 to 1000000'],
    ['/dev/time', [], 'the body is a JSON object'],
  ])('is refused at %s with %j, in words', async (path, body, error) => {
    const chain = await start()
    expect(await chain.post(path, body)).toEqual({ status: 400, body: { error } })
  })
})

describe('faults', () => {
  const TIP = '/api/v0/get-committed-tip-block-info'

  test('happen to their path, so many times, in the order they were set', async () => {
    const chain = await start()
    await chain.post('/dev/faults', { kind: '500', path: '/get-committed', times: 2, text: 'RuleErrorX' })
    await chain.post('/dev/faults', { kind: 'html', path: '*' })
    expect((await chain.get('/dev/faults')).body.faults).toEqual([
      { kind: '500', path: '/get-committed', times: 2, ms: 0, text: 'RuleErrorX' },
      { kind: 'html', path: '*', times: 1, ms: 0, text: 'a fault set by /dev/faults' },
    ])
    expect(await chain.get(TIP)).toEqual({ status: 500, body: { error: 'RuleErrorX' } })
    expect(await chain.get('/get-committed-tip-block-info')).toEqual({
      status: 500,
      body: { error: 'RuleErrorX' },
    })
    const html = await chain.send('GET', TIP, {})
    expect([html.status, html.contentType]).toEqual([502, 'text/html'])
    expect((await chain.get(TIP)).status).toBe(200)
  })

  test('reset the connection', async () => {
    const chain = await start()
    await chain.post('/dev/faults', { kind: 'reset', path: TIP })
    await expect(chain.send('GET', TIP, {})).rejects.toMatchObject({ code: 'ECONNRESET' })
  })

  test('cut the answer in half after the work was done', async () => {
    const chain = await start()
    const hex = chain.sign(0, toBob(5n))
    await chain.post('/dev/faults', { kind: 'halfBody', path: '/api/v0/submit-transaction' })
    await expect(
      chain.send(
        'POST',
        '/api/v0/submit-transaction',
        { 'Content-Type': 'application/json' },
        JSON.stringify({ TransactionHex: hex }),
      ),
    ).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(await chain.balanceOf(BOB)).toBe(10_000_000_000_005)
  })

  test('hold an answer back, for a time or for ever', async () => {
    const chain = await start()
    await chain.post('/dev/faults', { kind: 'latency', path: TIP, ms: 5000 })
    const late = chain.get(TIP)
    await until(() => chain.clock.sleeping === 1)
    chain.clock.pass(5000)
    expect((await late).status).toBe(200)
    await chain.post('/dev/faults', { kind: 'hang', path: TIP })
    const never = chain.send('GET', TIP, {})
    never.catch(() => undefined)
    expect(await Promise.race([never, chain.get('/api/v0/health-check')])).toEqual({ status: 200, body: 200 })
    await chain.close()
    await expect(never).rejects.toMatchObject({ code: 'ECONNRESET' })
  })

  test('are cleared by an empty one, and by DELETE', async () => {
    const chain = await start()
    await chain.post('/dev/faults', { kind: 'hang', path: '*' })
    expect((await chain.post('/dev/faults', {})).body.faults).toEqual([])
    await chain.post('/dev/faults', { kind: 'hang', path: '*' })
    expect((await chain.send('DELETE', '/dev/faults', {})).status).toBe(200)
    expect((await chain.get(TIP)).status).toBe(200)
  })
})

describe('what is on disk', () => {
  test('brings everything back, to the last hash', async () => {
    const dataDir = await newDataDir()
    const clock = new ManualClock()
    const first = await startManualDevchain({ dataDir, clock })
    await live(first)
    const before = await everything(first)
    await first[Symbol.asyncDispose]()
    const second = await start({ dataDir, clock: new ManualClock(clock.ms + 5000) })
    expect(await everything(second)).toEqual(before)
    // It goes on from the moved time, too.
    const { body } = await second.mine(3)
    expect(body.time).toBe(1_795_513_605)
  })

  test('is there before the answer, for each of many at once', async () => {
    const dataDir = await newDataDir()
    const chain = await start({ dataDir })
    const hexes = Array.from({ length: 40 }, () => chain.sign(0, toBob(1n)))
    const kept = await Promise.all(
      hexes.map(async (hex) => {
        const id = (await chain.submit(hex)).body.TxnHashHex
        return { id, log: await readFile(join(dataDir, 'chain.log'), 'utf8'), hex }
      }),
    )
    for (const { log, hex } of kept) expect(log).toContain(hex)
  })

  test('loses a torn last line, and says so', async () => {
    const dataDir = await newDataDir()
    const copy = await newDataDir()
    const first = await start({ dataDir })
    const id = (await first.submit(first.sign(0, toBob(5n)))).body.TxnHashHex
    await cp(join(dataDir, 'chain.log'), join(copy, 'chain.log'))
    await appendFile(join(copy, 'chain.log'), '{"kind":"transact')
    const second = await start({ dataDir: copy })
    expect(await second.sighting(id)).toBe('mempool')
    expect(second.lines.join()).toContain('drops 17 bytes of a write that was cut off')
  })

  test('is refused where it does not give the blocks that it names', async () => {
    const dataDir = await newDataDir()
    const first = await startManualDevchain({ dataDir })
    await first.submit(first.sign(0, toBob(5n)))
    await first.mine()
    await first[Symbol.asyncDispose]()
    const path = join(dataDir, 'chain.log')
    const lines = (await readFile(path, 'utf8')).split('\n')
    await truncate(path, Buffer.byteLength(`${lines[0]}\n`))
    await appendFile(path, `${lines[2]}\n`)
    await expect(startManualDevchain({ dataDir })).rejects.toThrow(
      /holds a transaction that was never accepted/,
    )
  })

  test('belongs to one chain at a time', async () => {
    const dataDir = await newDataDir()
    await start({ dataDir })
    await expect(startManualDevchain({ dataDir })).rejects.toThrow(/is in use by process/)
  })

  test('survives kill -9: what was answered is there', async () => {
    const dataDir = await newDataDir()
    const devchain = JSON.stringify(new URL('./devchain.ts', import.meta.url).href)
    const clock = JSON.stringify(new URL('../clock.ts', import.meta.url).href)
    const child = startScript(`
      const { startDevchain } = await import(${devchain})
      const { systemClock } = await import(${clock})
      const log = { debug() {}, warn() {}, error: console.error }
      const chain = await startDevchain({ port: 0, dataDir: ${JSON.stringify(dataDir)}, blockMs: 0, clock: systemClock, log })
      console.log(chain.url)`)
    const url = await child.nextLine()
    const { sign } = await start()
    const answer = await fetch(`${url}/api/v0/submit-transaction`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ TransactionHex: sign(0, toBob(5n)) }),
    })
    const { TxnHashHex } = (await answer.json()) as { TxnHashHex: string }
    await child.kill()
    const again = await start({ dataDir })
    expect(await again.sighting(TxnHashHex)).toBe('mempool')
  })
})

test('a port that is taken is told as such', async () => {
  const { port } = await start()
  await expect(startManualDevchain({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
})

describe('the parameters of a network', () => {
  test('bound fees and nonces, and are what the node constructs by', async () => {
    const chain = await start({
      params: {
        minimumNetworkFeeNanosPerKb: 1000n,
        maxNonceExpirationOffset: 288n,
        createProfileFeeNanos: 10_000_000n,
      },
    })
    const params = await chain.get('/api/v0/get-all-global-params')
    expect(params.body).toMatchObject({
      MinimumNetworkFeeNanosPerKB: 1000,
      MaxNonceExpirationBlockHeightOffset: 288,
      CreateProfileFeeNanos: 10_000_000,
    })
    expect((await chain.post('/api/v0/txn-construction-params', {})).body.FeeRateNanosPerKB).toBe(1000)
    const constructed = await chain.post('/api/v0/send-deso', {
      SenderPublicKeyBase58Check: ALICE,
      RecipientPublicKeyOrUsername: BOB,
      AmountNanos: 5,
    })
    expect(constructed.body.Transaction.TxnNonce.ExpirationBlockHeight).toBe(279)
    const far = await chain.submit(chain.sign(0, { expirationBlockHeight: 289n }))
    expect(far.body.error).toMatch(/: TxErrorNonceExpirationBlockHeightOffsetExceeded$/)
    const cheap = await chain.submit(chain.sign(0, { expirationBlockHeight: 288n, feeNanos: 20n }))
    expect(cheap.body.error).toMatch(
      /Transaction fee per KB \d+ is less than the network minimum 1000: RuleErrorTxnFeeBelowNetworkMinimum$/,
    )
  })

  test('price a first profile, and only the first', async () => {
    const chain = await start({ params: { createProfileFeeNanos: 10_000_000n } })
    const name = (username: string) => ({
      metadata: {
        type: 'UPDATE_PROFILE' as const,
        profilePublicKey: new Uint8Array(),
        newUsername: Buffer.from(username),
        newDescription: new Uint8Array(),
        newProfilePic: new Uint8Array(),
        newCreatorBasisPoints: 10_000n,
        newStakeMultipleBasisPoints: 12_500n,
        isHidden: false,
      },
    })
    await chain.submit(chain.sign(0, name('alice')))
    expect(await chain.balanceOf(ALICE)).toBe(10_000_000_000_000 - 10_000_000 - 1000)
    await chain.submit(chain.sign(0, name('Alice')))
    expect(await chain.balanceOf(ALICE)).toBe(10_000_000_000_000 - 10_000_000 - 2000)
    const taken = await chain.submit(chain.sign(1, name('ALICE')))
    expect(taken.body.error).toMatch(/: RuleErrorProfileUsernameExists$/)
  })
})
