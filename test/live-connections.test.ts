import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LiveMarket, until } from './support/live-market.js'
import { RawSocket, RawStream, refusedHandshake } from './support/raw-live.js'
import { Samples } from './support/samples.js'
import type { World } from './support/world.js'

/** What goes over the wire of live connections, and how they end. */
let live: LiveMarket
let world: World

beforeAll(async () => {
  live = await LiveMarket.open({
    LIVE_HEARTBEAT_SECONDS: '1',
    MAX_LIVE_QUEUE: '2',
    MAX_LIVE_CONNECTIONS: '5',
  })
  world = live.market.world
})

afterAll(() => live[Symbol.asyncDispose]())

const HEAD = 'subscription { chainHead { height } }'
const sum = async (name: string, labels: Record<string, string> = {}) =>
  (await Samples.of(world)).sum(name, labels)
const isResting = (): boolean => world.gateway.app.follower.head === null
const openConnections = () => sum('gateway_live_connections')

async function gone(...sockets: (RawSocket | RawStream)[]): Promise<void> {
  for (const each of sockets) {
    if (each instanceof RawSocket) each.socket.terminate()
    else each.close()
  }
  await until(async () => (await openConnections()) === 0)
}

describe('a WebSocket', () => {
  it('speaks graphql-transport-ws, as its messages show', async () => {
    const socket = await RawSocket.ready(world.url)
    expect(socket.socket.protocol).toBe('graphql-transport-ws')
    socket.subscribe('one', HEAD)
    const { payload, ...next } = await socket.next(({ type }) => type === 'next')
    expect(next).toEqual({ id: 'one', type: 'next' })
    const { height } = payload.data.chainHead
    expect(payload).toEqual({ data: { chainHead: { height } }, extensions: { height } })
    await gone(socket)
  })

  it('says in its pings up to which height everything was told', async () => {
    const socket = await RawSocket.ready(world.url)
    socket.subscribe('one', HEAD)
    const next = await socket.next(({ type }) => type === 'next')
    const ping = await socket.next(({ type }) => type === 'ping')
    expect(ping).toEqual({ type: 'ping', payload: { height: next.payload.extensions.height } })
    await gone(socket)
  })

  it('stops an operation that its client completes, without waiting for another event', async () => {
    const socket = await RawSocket.ready(world.url)
    socket.subscribe('one', HEAD)
    await socket.next(({ type }) => type === 'next')
    expect(await sum('gateway_live_watches')).toBe(1)
    socket.send({ id: 'one', type: 'complete' })
    await until(async () => (await sum('gateway_live_watches')) === 0)
    await world.chain.mine(1)
    await until(isResting)
    expect(socket.messages.filter(({ type }) => type === 'next')).toHaveLength(1)
    await gone(socket)
  })

  it.each([
    ['no subprotocol', [], (_: RawSocket): void => undefined, 4406],
    ['what is no message', undefined, (socket: RawSocket) => socket.send('{'), 4400],
    ['a message of no known type', undefined, (socket: RawSocket) => socket.send({ type: 'hello' }), 4400],
    [
      'an operation before it is acknowledged',
      undefined,
      (socket: RawSocket) => socket.subscribe('1', HEAD),
      4401,
    ],
    [
      'a message above 64 KiB',
      undefined,
      (socket: RawSocket) => socket.send({ type: 'ping', payload: { text: 'x'.repeat(65_536) } }),
      1009,
    ],
  ])('is closed for %s', async (_, protocol, send, code) => {
    const socket = await RawSocket.open(world.url, {}, protocol)
    send(socket)
    expect((await socket.closed).code).toBe(code)
    await gone()
  })

  it.each([
    [
      'a token that is none',
      { authorization: 'Bearer nonsense' },
      'The access token is not valid, or no longer. Sign in again.',
    ],
    ['another scheme', { Authorization: 'Basic abc' }, 'Authorization: send `Bearer <access token>`.'],
    [
      'no text',
      { authorization: 7 },
      'connectionParams.authorization: send `Bearer <access token>` as text.',
    ],
  ])('whose first message has %s is refused', async (_, payload, reason) => {
    const socket = await RawSocket.open(world.url)
    socket.send({ type: 'connection_init', payload })
    expect(await socket.closed).toEqual({ code: 4403, reason })
    expect(socket.messages).toEqual([])
  })

  it('whose handshake has a bad token is refused as any request is', async () => {
    const { status, body } = await refusedHandshake(world.url, '/graphql', {
      authorization: 'Bearer nonsense',
    })
    expect(status).toBe(401)
    expect(body.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }])
  })

  it('is refused at any other address', async () => {
    const { status, body } = await refusedHandshake(world.url, '/api')
    expect([status, body.errors[0].message]).toEqual([404, 'Live operations are at /graphql.'])
  })

  it('of a session that its handshake names ends with it', async () => {
    const person = await live.market.person('header')
    const authorization = `Bearer ${await world.signIn(person)}`
    const socket = await RawSocket.ready(world.url, undefined, { headers: { authorization } })
    socket.subscribe('one', HEAD)
    await socket.next(({ type }) => type === 'next')
    await live.market.pass(86_400)
    expect(await socket.closed).toEqual({ code: 4403, reason: 'The session has expired: sign in again.' })
    expect(socket.messages.some(({ type }) => type === 'complete')).toBe(false)
  })

  it('has a hundred operations at most', async () => {
    const socket = await RawSocket.ready(world.url)
    const id = '00'.repeat(32)
    for (let n = 0; n <= 100; n++)
      socket.subscribe(`${n}`, `subscription { transaction(id: "${id}") { status } }`)
    const { payload, ...refusal } = await socket.next(({ type }) => type === 'error')
    expect(refusal).toEqual({ id: '100', type: 'error' })
    expect(payload).toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED' } }])
    await gone(socket)
  })

  it('whose peer gives no sign of life is dropped', async () => {
    const socket = await RawSocket.ready(world.url, undefined, { autoPong: false })
    expect((await socket.closed).code).toBe(1006)
  })

  it('keeps a peer that answers its pings', async () => {
    const socket = await RawSocket.ready(world.url)
    let pings = 0
    socket.socket.on('ping', () => {
      pings += 1
    })
    await until(() => pings === 2)
    expect(socket.socket.readyState).toBe(socket.socket.OPEN)
    await gone(socket)
  })
})

describe('an event stream', () => {
  it('is what graphql-sse defines, with the height as the id of each event', async () => {
    const stream = await RawStream.open(world.url, HEAD)
    expect(stream.response.statusCode).toBe(200)
    expect(stream.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'access-control-allow-origin': '*',
    })
    const text = await stream.until((seen) => seen.includes('next'))
    const height = Number(/id: (\d+)/.exec(text)?.[1])
    const data = `{"data":{"chainHead":{"height":${height}}},"extensions":{"height":${height}}}`
    expect(text).toBe(`:\n\nid: ${height}\nevent: next\ndata: ${data}\n\n`)
    await stream.until((seen) => seen.endsWith(`\n\nid: ${height}\n\n`))
    await gone(stream)
  })

  it.each([
    // What urql sends with each query, and with each live operation.
    [
      'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed',
      false,
    ],
    ['text/event-stream, multipart/mixed', true],
    ['text/event-stream, application/json', true],
    ['application/json;q=0.5, Text/Event-Stream', true],
    ['text/event-stream;q=0.5, application/json', false],
    ['text/event-stream;q=0, */*', false],
  ])('is for who prefers it to an answer: Accept: %s', async (accept, isPreferred) => {
    const query = isPreferred ? HEAD : '{ gateway { network } }'
    const stream = await RawStream.open(world.url, query, { method: 'POST', headers: { accept } })
    expect(stream.response.statusCode).toBe(200)
    expect(stream.response.headers['content-type']).toMatch(isPreferred ? /^text\/event-stream;/ : /json/)
    await stream.until((seen) => seen.includes(isPreferred ? '{"chainHead":' : '"TESTNET"'))
    await gone(stream)
  })

  it('ends with the operation', async () => {
    const id = await live.market.send(
      await live.market.draft('createPlan', {
        slug: 'a',
        title: 'A',
        priceNanos: '1',
        periodSeconds: 0,
        signer: (await live.market.person('planner')).publicKey,
      }),
      await live.market.person('planner'),
    )
    await live.market.commit()
    const stream = await RawStream.open(
      world.url,
      'subscription ($id: TransactionId!) { transaction(id: $id) { status } }',
      { variables: { id }, method: 'POST' },
    )
    await stream.ended
    expect(stream.text).toMatch(/"status":"COMMITTED".*\n\nevent: complete\ndata:\n\n$/)
  })

  it('goes on where a browser’s EventSource says that it was', async () => {
    await world.chain.mine(3)
    const { gateway } = await world.ask('{ gateway { committedTip { height } } }')
    const { height } = gateway.committedTip
    const stream = await RawStream.open(world.url, HEAD, { headers: { 'last-event-id': `${height - 2}` } })
    const text = await stream.until((seen) => seen.includes(`id: ${height}\nevent`))
    expect([...text.matchAll(/id: (\d+)\nevent/g)].map(([, id]) => Number(id))).toEqual([
      height - 2,
      height - 1,
      height,
    ])
    await gone(stream)
  })

  it('that is refused for what is in it says so in one event', async () => {
    const stream = await RawStream.open(world.url, '{ gateway { version } }')
    await stream.ended
    const [, data] = /^:\n\nevent: next\ndata: (.*)\n\nevent: complete\ndata:\n\n$/.exec(stream.text) ?? []
    expect(JSON.parse(data ?? '')).toEqual({
      errors: [
        {
          message: 'Only live operations (subscription) go this way: send queries and mutations by POST.',
          extensions: {
            code: 'BAD_REQUEST',
            retryable: false,
            requestId: stream.response.headers['x-request-id'],
          },
        },
      ],
    })
  })

  it.each([
    ['a bad token', { headers: { authorization: 'Bearer nonsense' } }, 401, 'UNAUTHENTICATED'],
    ['variables that are no JSON', { variables: '{' }, 400, 'BAD_REQUEST'],
    ['another method', { method: 'PUT' }, 405, 'BAD_REQUEST'],
    [
      'a form',
      { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      'BAD_REQUEST',
    ],
  ])('is not begun for %s', async (_, options, status, code) => {
    const stream = await RawStream.open(world.url, HEAD, options)
    await stream.ended
    expect(stream.response.statusCode).toBe(status)
    expect(stream.response.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(stream.json.errors).toMatchObject([{ extensions: { code } }])
  })

  it('ends for the gateway when its client leaves', async () => {
    const stream = await RawStream.open(world.url, HEAD)
    await stream.until((seen) => seen.includes('next'))
    await gone(stream)
    await until(async () => (await sum('gateway_live_watches')) === 0 && isResting())
  })
})

describe('live connections', () => {
  it('are as many as the setting says, over both transports together', async () => {
    const open = [
      ...(await Promise.all([1, 2, 3].map(() => RawSocket.ready(world.url)))),
      ...(await Promise.all([1, 2].map(() => RawStream.open(world.url, HEAD)))),
    ]
    await until(async () => (await openConnections()) === 5)
    const refused = await refusedHandshake(world.url, '/graphql')
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '5'])
    const stream = await RawStream.open(world.url, HEAD)
    await stream.ended
    expect([stream.response.statusCode, stream.json.errors[0].extensions.code]).toEqual([
      503,
      'LIMIT_EXCEEDED',
    ])
    await gone(...open)
    await gone(await RawSocket.ready(world.url))
  })

  it('end with the gateway: a WebSocket with 1001, a stream without a word, so that clients come again', async () => {
    await using other = await LiveMarket.open()
    const { url } = other.market.world
    const [socket, stream] = [await RawSocket.ready(url), await RawStream.open(url, HEAD)]
    socket.subscribe('1', HEAD)
    await socket.next(({ type }) => type === 'next')
    await stream.until((seen) => seen.includes('next'))
    const start = performance.now()
    await other.market.world.gateway.close()
    expect(performance.now() - start).toBeLessThan(2_000)
    expect(await socket.closed).toEqual({ code: 1001, reason: 'Going away' })
    expect(socket.messages.some(({ type }) => type === 'complete')).toBe(false)
    await stream.ended
    expect(stream.response.complete).toBe(true)
    expect(stream.text).not.toContain('complete')
  })
})

describe('a request that offers another protocol than WebSocket', () => {
  it('is served as if it had offered none', async () => {
    const { port } = new URL(world.url)
    const socket = connect(Number(port), '127.0.0.1')
    let answer = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      answer += chunk
    })
    const body = JSON.stringify({ query: '{ gateway { network } }' })
    socket.write(
      [
        'POST /graphql HTTP/1.1',
        'Host: localhost',
        'Connection: Upgrade, HTTP2-Settings',
        'Upgrade: h2c',
        'HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA',
        'Content-Type: application/json',
        `Content-Length: ${body.length}`,
        '',
        body,
      ].join('\r\n'),
    )
    await until(() => answer.includes('TESTNET'))
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK/)
    // And the connection goes on.
    answer = ''
    socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await until(() => answer.includes('"ok"'))
    socket.destroy()
  })
})
