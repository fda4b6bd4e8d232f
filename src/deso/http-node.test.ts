import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { answer, json, type ScriptedServer, startScriptedServer } from '../../test/support/scripted-server.js'
import { NodeUnavailableError } from '../errors.js'
import { HttpNode } from './http-node.js'
import { type PublicKey, parsePublicKey, publicKeyFromBytes } from './keys.js'

interface Recorded {
  request: { method: string; path: string; body: string | null }
  status: number
  contentType: string
  body: string
}

/** Answers of a real node, whole; `from` names scenario and step of the recordings. */
const recorded = JSON.parse(
  readFileSync(new URL('../../test/fixtures/deso-node/answers.json', import.meta.url), 'utf8'),
) as Record<string, Recorded>

const key = (text: string): PublicKey => parsePublicKey(text, 'testnet')
const ALICE = key('tBCKXuDqhjtVqLF3rJuWk84K2vGdKmzVQMZ5aQMZCezykdeFYQxZMq')
const BOB = key('tBCKVpbiU9fmUiYjd5SJFje3pPTxXQMyA793xcZTHh8LhtN3JurP1k')
const CAROL = key('tBCKXx8X2VdtED4KcVy2Kg4Jt4poLqx7MYDQpktsf7ejC52uTQTR8z')
const DAVE = key('tBCKYfvoV4FQyXSQUiGb75po5VUMxm2NUrnardtYVhb41cb7dCtPxg')
const NOBODY = key('tBCKW98KB7U2ToRKhNbqDi8SwhUFoSDcUUnVLpDH9wLpu7JSdX8SJu')
const ZERO_APP = 'tBCKQud934akEwsr8AfG9BzHDWhi6CaDmjBsxGsSgfGsoxXHfVEfxP'

let server: ScriptedServer
let node: HttpNode

beforeEach(async () => {
  server = await startScriptedServer()
  const clock = { now: () => 0, sleep: () => Promise.resolve() }
  node = new HttpNode({ url: server.url, network: 'testnet', clock })
})

afterEach(async () => {
  await node.close()
  await server[Symbol.asyncDispose]()
})

function replay(name: string): Recorded {
  const step = recorded[name]
  if (!step) throw new Error(`no recorded answer ${name}`)
  server.script(answer(step.status, step.contentType, step.body))
  return step
}

/** What the gateway sends must be what the recorded answer was given to. */
function expectSentAs({ request }: Recorded): void {
  const sent = server.seen[0]
  expect({ method: sent?.method, path: sent?.path }).toEqual({ method: request.method, path: request.path })
  if (request.body) expect(JSON.parse(sent?.body ?? '')).toMatchObject(JSON.parse(request.body) as object)
}

async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => expect.fail(`answered ${String(value)}`),
    (error: unknown) => error,
  )
}

describe('the chain', () => {
  it('has a committed tip', async () => {
    const step = replay('committedTip')
    expect(await node.committedTip()).toEqual({
      height: 283,
      hash: 'd11cb25580a4813d8163e907cff66f752a1f29f00abd3e9465ae296e54772f10',
    })
    expectSentAs(step)
  })

  it('has a fee rate and an uncommitted tip', async () => {
    const step = replay('constructionParams')
    expect(await node.constructionParams()).toEqual({ feeRateNanosPerKb: 100n, tipHeight: 285 })
    expectSentAs(step)
  })

  it('has global parameters', async () => {
    const step = replay('globalParams')
    expect(await node.globalParams()).toEqual({
      minimumNetworkFeeNanosPerKb: 1000n,
      maxNonceExpirationBlockHeightOffset: 288,
      createProfileFeeNanos: 10_000_000n,
      maxTxnSizeBytes: 25_000,
    })
    expectSentAs(step)
  })

  it('has no price where the node has no feed, and the price where it has', async () => {
    const step = replay('exchangeRate')
    expect(await node.usdCentsPerDeso()).toBeNull()
    expectSentAs(step)
    server.script(json({ USDCentsPerDeSoExchangeRate: 1234 }))
    expect(await node.usdCentsPerDeso()).toBe(1234)
  })
})

describe('users', () => {
  it('come in the order asked, unknown ones with balance 0 and no profile', async () => {
    const step = replay('users')
    expect(await node.users([BOB, NOBODY, ALICE])).toEqual([
      { publicKey: BOB, balanceNanos: 101001011703n, profile: profileOf('bob_rt') },
      { publicKey: NOBODY, balanceNanos: 0n, profile: null },
      { publicKey: ALICE, balanceNanos: 98997950903n, profile: profileOf('alice_rt') },
    ])
    expectSentAs(step)
  })

  it('of no keys are no request', async () => {
    expect(await node.users([])).toEqual([])
    expect(server.seen).toEqual([])
  })

  it('other than those asked are nonsense', async () => {
    replay('users')
    expect(await errorOf(node.users([BOB, NOBODY]))).toMatchObject({
      message: 'The DeSo node answered nonsense: UserList is not one user for each key asked.',
    })
    expect(await errorOf(node.users([BOB, ALICE, NOBODY]))).toMatchObject({
      message: 'The DeSo node answered nonsense: UserList[1].PublicKeyBase58Check is not the key asked.',
    })
  })

  it('keep balances beyond 2^53', async () => {
    const user = { PublicKeyBase58Check: BOB, BalanceNanos: 0, ProfileEntryResponse: null }
    const body = JSON.stringify({ UserList: [user] }).replace(
      '"BalanceNanos":0',
      '"BalanceNanos":18446744073709551615',
    )
    server.script(answer(200, 'application/json', body))
    expect((await node.users([BOB]))[0]?.balanceNanos).toBe(18446744073709551615n)
  })

  it('are found by a username in any case, and an unknown one is null', async () => {
    const step = replay('profileByUsername')
    expect(await node.userByUsername('eRIN_rt')).toEqual({
      publicKey: 'tBCKYaZDFF541gAcQ1QiRQMPCRHjoL7o3bRNVZkw8YuaQ2BkvP6URp',
    })
    expectSentAs(step)
    replay('profileMissing')
    expect(await node.userByUsername('no_such_user')).toBeNull()
  })
})

function profileOf(username: string) {
  return { username, description: `I am ${username}`, creatorBasisPoints: 10_000n, isHidden: false }
}

describe('posts', () => {
  const POST_3 = '36d465c645e346f93a3f8fdcac89dee8ef7399a72010335c9124bee9f920bca8'
  const POST_1 = '5074c9a756b92403af64f8bb7268f4f90d5519942a2044055cafaad14a415832'
  const MISSING = '4'.repeat(64)

  it('come as a map without those that are missing', async () => {
    const step = replay('postsFoundAndMissing')
    const posts = await node.posts([POST_3, MISSING, POST_1])
    expectSentAs(step)
    expect([...posts.keys()]).toEqual([POST_3, POST_1])
    expect(posts.get(POST_3)).toEqual({
      hash: POST_3,
      poster: DAVE,
      body: 'post 3',
      timestampNanos: 1795510897579000000n,
      isHidden: false,
      extraData: new Map([['i', '3']]),
      confirmationBlockHeight: 1537,
      inMempool: false,
    })
  })

  it('that are hidden are there, and say so', async () => {
    replay('postsHidden')
    const hash = '7da5b485f1955704ffa997aee8e9dd32aaa054b68465cf14a4f0ff2b8dbaceea'
    expect((await node.posts([hash])).get(hash)).toMatchObject({
      isHidden: true,
      poster: ALICE,
      timestampNanos: 1795510888036659352n,
    })
  })

  it('that the node cannot show are missing, and take no other with them', async () => {
    const step = replay('postsSkipped')
    const hashes = (JSON.parse(step.request.body ?? '') as { PostsHashHexList: string[] }).PostsHashHexList
    const posts = await node.posts(hashes)
    expect([...posts.values()]).toMatchObject([{ body: 'ok', poster: CAROL, extraData: new Map() }])
  })

  it('are asked 50 at a time, each once, and malformed hashes not at all', async () => {
    server.script(json({ PostsFound: null, PostsSkipped: null }))
    const hashes = Array.from({ length: 51 }, (_, index) => index.toString(16).padStart(64, '0'))
    expect(await node.posts([...hashes, ...hashes, 'zz'])).toEqual(new Map())
    const asked = server.seen.map(
      ({ body }) => (JSON.parse(body) as { PostsHashHexList: string[] }).PostsHashHexList,
    )
    expect(asked).toEqual([hashes.slice(0, 50), hashes.slice(50)])
  })

  it('of an author come newest first, and null is none', async () => {
    const step = replay('postsOf')
    const posts = await node.postsOf(DAVE, { limit: 5 })
    expectSentAs(step)
    expect(posts.map(({ body, inMempool }) => [body, inMempool])).toEqual([
      ['post 5', false],
      ['post 10', true],
      ['post 3', false],
      ['post 8', false],
      ['post 1', false],
    ])
    replay('postsOfNone')
    expect(await node.postsOf(DAVE, { limit: 5, after: POST_1 })).toEqual([])
  })

  it('after a post that is gone are refused as CURSOR_GONE', async () => {
    replay('postsOfCursorGone')
    expect(await errorOf(node.postsOf(DAVE, { limit: 5, after: '3'.repeat(64) }))).toMatchObject({
      kind: 'CURSOR_GONE',
    })
  })
})

describe('associations', () => {
  const ID = '77f5ab710ff89876b0fd2b118f07808a8aa1bbeb0e1541728c0faf68c5e4787a'

  it('are listed by a query', async () => {
    const step = replay('associationQuery')
    expect(await node.userAssociations({ transactor: BOB, type: 'GATEWAY_SUBSCRIPTION' })).toEqual([
      {
        id: '996dc958a311472cc09d547061e174eb384e6c246c8de343ff674c0d166a564c',
        transactor: BOB,
        target: ALICE,
        isAppZero: false,
        type: 'GATEWAY_SUBSCRIPTION',
        value: 'gold:2026-11',
        extraData: new Map([
          ['plan', 'gold'],
          ['ref', 'r-1'],
        ]),
        blockHeight: 3596,
      },
    ])
    expectSentAs(step)
  })

  it('of no app are asked for by the zero key in Base58Check', async () => {
    replay('associationQueryByApp')
    await node.userAssociations({
      transactor: CAROL,
      target: DAVE,
      type: 'PAGE',
      value: 'v3',
      app: 'zero',
      limit: 2,
    })
    expect(JSON.parse(server.seen[0]?.body ?? '')).toEqual({
      TransactorPublicKeyBase58Check: CAROL,
      TargetUserPublicKeyBase58Check: DAVE,
      AppPublicKeyBase58Check: ZERO_APP,
      AssociationType: 'PAGE',
      AssociationValue: 'v3',
      Limit: 2,
    })
  })

  it('that are none are an empty list', async () => {
    replay('associationQueryEmpty')
    expect(await node.userAssociations({ transactor: BOB, type: 'GATEWAY_SUBSCRIPTION' })).toEqual([])
  })

  it('after a row that is gone are refused as CURSOR_GONE, once, though the status is 500', async () => {
    replay('associationCursorGone')
    const query = { transactor: CAROL, type: 'PAGE', lastSeenId: '6'.repeat(64) }
    expect(await errorOf(node.userAssociations(query))).toMatchObject({ kind: 'CURSOR_GONE' })
    expect(server.seen).toHaveLength(1)
  })

  it('by id come with merged ExtraData', async () => {
    const step = replay('associationMerged')
    expect(await node.userAssociation(ID)).toMatchObject({
      id: ID,
      blockHeight: 3603,
      extraData: new Map([
        ['extra', 'x'],
        ['plan', 'gold'],
        ['ref', 'r-2'],
      ]),
    })
    expectSentAs(step)
  })

  it('keep an empty ExtraData value, and know the zero app key', async () => {
    replay('associationEmptyValue')
    expect((await node.userAssociation(ID))?.extraData.get('ref')).toBe('')
    replay('associationZeroApp')
    expect(await node.userAssociation(ID)).toMatchObject({ isAppZero: true, type: 'SUB', value: 'v' })
  })

  it('that are unknown are null, and an id that is none is not asked for', async () => {
    replay('associationMissing')
    expect(await node.userAssociation('5'.repeat(64))).toBeNull()
    expect(await node.userAssociation('../get-app-state')).toBeNull()
    expect(server.seen).toHaveLength(1)
  })

  it('may name a key that is no point, as the chain may', async () => {
    const offCurve = publicKeyFromBytes(Uint8Array.of(2, ...new Array<number>(32).fill(0xff)), 'testnet')
    const step = recorded.associationZeroApp as Recorded
    const body = { ...(JSON.parse(step.body) as object), TargetUserPublicKeyBase58Check: offCurve }
    server.script(json(body))
    expect((await node.userAssociation(ID))?.target).toBe(offCurve)
  })

  it('of another network are nonsense', async () => {
    const step = recorded.associationZeroApp as Recorded
    const mainnet = publicKeyFromBytes(new Uint8Array(33).fill(2), 'mainnet')
    server.script(json({ ...(JSON.parse(step.body) as object), TargetUserPublicKeyBase58Check: mainnet }))
    expect(await errorOf(node.userAssociation(ID))).toMatchObject({
      code: 'NODE_UNAVAILABLE',
      message:
        'The DeSo node answered nonsense: TargetUserPublicKeyBase58Check is not a public key of testnet.',
    })
  })
})

describe('blocks', () => {
  const HASH = 'ba7f76fd17b0b18304f869c7d2f52f426db37818be821f2272fc037bf1ebe890'
  const SUBSCRIPTION_START = '00020398f5e6825b6aa64265630fd3c7d5362c30'

  it('have a header', async () => {
    const step = replay('blockHeader')
    expect(
      await node.blockHeader({ hash: '3d6902b7736ae4d67b17f6b7ceab425c65327268558ff5cd23df1b4f1d235b3f' }),
    ).toEqual({
      height: 3939,
      hash: '3d6902b7736ae4d67b17f6b7ceab425c65327268558ff5cd23df1b4f1d235b3f',
      previousHash: 'aab5837c9d44a9990983551abf6dcfaab083238983ab3c46957b974305773d8a',
      merkleRoot: '9cd0dffa8ff3e1e2dac8f19563f53a37926c2baa8edc8f55813dcbef6f1f5b34',
      timestampNanos: 1795511157748780556n,
    })
    expectSentAs(step)
  })

  it('have the signed bytes of their transactions, in order', async () => {
    const step = replay('blockFull')
    const block = await node.block({ hash: HASH })
    expectSentAs(step)
    expect(block).toMatchObject({ height: 3596, hash: HASH, timestampNanos: 1795511118927986712n })
    const starts = block?.rawTransactions.map((bytes) => Buffer.from(bytes).toString('hex').slice(0, 40))
    expect(starts).toEqual(['000102397b1a80eba0a60644650af13c2a6ffdfb', SUBSCRIPTION_START])
  })

  it('are asked for by height in full', async () => {
    replay('blockFull')
    expect(await node.block({ height: 3596 })).toMatchObject({ hash: HASH })
    expect(JSON.parse(server.seen[0]?.body ?? '')).toEqual({ Height: 3596, FullBlock: true })
  })

  it('above the tip, and of an unknown hash, are null', async () => {
    replay('blockBeyondTip')
    expect(await node.blockHeader({ height: 104045 })).toBeNull()
    replay('blockUnknownHash')
    expect(await node.block({ hash: 'cd'.repeat(32) })).toBeNull()
  })

  it.each([
    ['height', { height: 3595 }],
    ['hash', { hash: 'cd'.repeat(32) }],
  ])('of another %s than asked are nonsense', async (_, at) => {
    replay('blockFull')
    expect(await errorOf(node.block(at))).toMatchObject({
      message: 'The DeSo node answered nonsense: Header is not that of the block asked.',
    })
    replay('blockHeader')
    expect(await errorOf(node.blockHeader(at))).toBeInstanceOf(NodeUnavailableError)
  })

  it('that list other transactions than their header stands for are not taken', async () => {
    const { body } = recorded.blockFull as Recorded
    server.script(answer(200, 'application/json', body.replaceAll('f5e6825b6aa6', 'f5e6825b6aa7')))
    expect(await errorOf(node.block({ height: 3596 }))).toMatchObject({
      message: 'The DeSo node lists transactions that are not those of block 3596.',
    })
  })

  it('asked for in full and answered without transactions are nonsense', async () => {
    replay('blockHeader')
    expect(await errorOf(node.block({ height: 3939 }))).toMatchObject({
      message: 'The DeSo node answered nonsense: Transactions is not the list of transactions.',
    })
  })

  it('may be larger than other answers', async () => {
    const padding = ' '.repeat(9 * 1024 * 1024)
    server.script(answer(200, 'application/json', (recorded.blockFull as Recorded).body + padding))
    expect(await node.block({ hash: HASH })).toMatchObject({ height: 3596 })
    server.script(answer(200, 'application/json', (recorded.committedTip as Recorded).body + padding))
    expect(await errorOf(node.committedTip())).toMatchObject({
      message: 'The DeSo node answered more than 8388608 bytes.',
    })
  })
})

describe('a transaction by id', () => {
  const ID = 'd2c48e05afb26c7d116444624eb66583cb87997e733a7e75546157424ce67059'

  it('is without a block in the mempool, and with one when indexed', async () => {
    const step = replay('transactionInfoMempool')
    const waiting = await node.transactionInfo(ID)
    expectSentAs(step)
    expect(waiting?.blockHash).toBeNull()
    expect(waiting?.rawHex.slice(0, 40)).toBe('0001039f90669fe9f4c76545170220d75fe391ca')
    replay('transactionInfoMined')
    const mined = await node.transactionInfo(ID)
    expect(mined?.rawHex).toBe(waiting?.rawHex)
    expect(mined?.blockHash).toMatch(/^[0-9a-f]{64}$/)
  })

  it('is null when the node finds none', async () => {
    replay('transactionInfoMissing')
    expect(await node.transactionInfo(ID)).toBeNull()
  })

  it('is refused by a node without an index, which can find none', async () => {
    replay('transactionInfoNoIndex')
    expect(await errorOf(node.transactionInfo(ID))).toMatchObject({ kind: 'NO_TXINDEX' })
  })

  it('that has another id is nonsense', async () => {
    replay('transactionInfoMined')
    expect(await errorOf(node.transactionInfo('1'.repeat(64)))).toBeInstanceOf(NodeUnavailableError)
  })
})

describe('submit', () => {
  it('sends the signed hex and tells the id that the node names', async () => {
    const step = replay('submit')
    const { TransactionHex } = JSON.parse(step.request.body ?? '') as { TransactionHex: string }
    expect(await node.submit(TransactionHex)).toEqual({
      id: '996dc958a311472cc09d547061e174eb384e6c246c8de343ff674c0d166a564c',
    })
    expectSentAs(step)
  })
})
