import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { appendFile, mkdtemp, rm, stat } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BuiltGateway } from './support/spawned-gateway.js'
import { type ChainControl, type Json, type Person, personOf, signatureOf } from './support/world.js'

/** The process itself, with the local chain embedded: killed, stopped, and refused. */
let built: BuiltGateway
let root: string

beforeAll(async () => {
  built = await BuiltGateway.build()
  root = await mkdtemp(join(tmpdir(), 'process-'))
})
afterAll(async () => {
  await built[Symbol.asyncDispose]()
  await rm(root, { recursive: true, force: true })
})

const DESO = 1_000_000_000n
/** Blocks come only when told: nothing is committed before a kill. */
const NO_BLOCKS = '600000'

interface Place {
  url: string
  chain: ChainControl
}

async function post({ url }: Place, path: string, body: unknown, token?: string): Promise<Json> {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  })
  return response.json()
}

async function ask(place: Place, query: string, variables: unknown = {}): Promise<Json> {
  const { data, errors } = await post(place, '/graphql', { query, variables })
  if (errors) throw new Error(JSON.stringify(errors))
  return data
}

async function signIn(place: Place, person: Person): Promise<string> {
  const { challenge } = await post(place, '/api/sign-in/challenge', { publicKey: person.publicKey })
  const signature = signatureOf(Buffer.from(challenge), person)
  return (await post(place, '/api/sign-in', { challenge: { challenge, signature } })).accessToken
}

function submit(place: Place, unsignedHex: string, signer: Person): Promise<Json> {
  const signature = signatureOf(Buffer.from(unsignedHex, 'hex'), signer)
  return post(place, '/api/transaction/submit', { unsignedHex, signature })
}

async function execute(place: Place, { draft, errors }: Json, signer: Person): Promise<string> {
  if (!draft) throw new Error(JSON.stringify(errors))
  const { transaction } = await submit(place, draft.unsignedHex, signer)
  await place.chain.mine(3)
  return transaction.transactionId
}

async function statusOf(place: Place, id: string): Promise<string> {
  const query = 'query ($id: TransactionId!) { transaction(id: $id) { status } }'
  return (await ask(place, query, { id })).transaction.status
}

async function balanceOf(place: Place, { publicKey }: Person): Promise<bigint> {
  const query = 'query ($key: PublicKey!) { account(by: { publicKey: $key }) { balance { nanos } } }'
  return BigInt((await ask(place, query, { key: publicKey })).account.balance.nanos)
}

describe('a gateway that is killed', () => {
  it('between draft, submit and commit loses nothing and doubles nothing; then it stops when told', async () => {
    const env = { DATA_DIR: join(root, 'killed'), DEVCHAIN_BLOCK_MS: NO_BLOCKS }
    let gateway = built.spawn(env)
    let place = await gateway.ready()
    const restart = async () => {
      await gateway.stop('SIGKILL')
      // As if it had died in the middle of a write, which it had answered nobody.
      for (const log of ['state.log', 'devchain/chain.log'])
        await appendFile(join(env.DATA_DIR, log), '{"half')
      gateway = built.spawn(env)
      place = await gateway.ready()
      expect(gateway.stdout).toContain('dropped a torn last record, which was never confirmed')
      expect(gateway.stdout).toContain('the local chain drops 6 bytes of a write that was cut off')
    }
    expect((await stat(env.DATA_DIR)).mode & 0o777).toBe(0o700)
    const people = (await place.chain.accounts()).map(personOf)
    const [creator, fan, friend] = people as [Person, Person, Person]

    const plan = { slug: 'films', title: 'Films', priceNanos: String(DESO), periodSeconds: 86_400 }
    const { createPlan } = await ask(
      place,
      'mutation ($input: CreatePlanInput!) { createPlan(input: $input) { draft { unsignedHex } errors { code } } }',
      { input: { ...plan, signer: creator.publicKey, idempotencyKey: 'plan' } },
    )
    await execute(place, createPlan, creator)
    const film = randomBytes(200_000)
    const published = await publish(place, film, creator)

    const order = {
      creator: creator.publicKey,
      plan: 'films',
      signer: fan.publicKey,
      idempotencyKey: 'order',
    }
    const gift = {
      sendDeso: {
        to: friend.publicKey,
        amountNanos: '5',
        signer: fan.publicKey,
        idempotencyKey: 'gift',
      },
    }
    const before = { fan: await balanceOf(place, fan), creator: await balanceOf(place, creator) }
    const payment = (await post(place, '/api/subscribe', order)).draft
    const present = (await post(place, '/api/transaction/create', gift)).draft

    // Between draft and submit; then in the middle of one submit, and right after the answer to another.
    await restart()
    expect((await post(place, '/api/subscribe', order)).draft).toEqual(payment)
    expect((await post(place, '/api/transaction/create', gift)).draft).toEqual(present)
    const accepted = await submit(place, payment.unsignedHex, fan)
    expect(accepted).toMatchObject({ transaction: { status: 'PENDING' }, replayed: false, errors: [] })
    const cutOff = submit(place, present.unsignedHex, fan).catch(() => null)
    await restart()
    await cutOff
    const { transactionId } = accepted.transaction
    expect(await statusOf(place, transactionId)).toBe('PENDING')
    expect(await submit(place, payment.unsignedHex, fan)).toMatchObject({
      transaction: { transactionId, status: 'PENDING' },
      replayed: true,
      errors: [],
    })
    const sent = await submit(place, present.unsignedHex, fan)
    expect(sent).toMatchObject({ transaction: { status: 'PENDING' }, errors: [] })

    // In a block that is not committed yet.
    await place.chain.mine(1)
    await restart()
    await place.chain.mine(2)
    for (const id of [transactionId, sent.transaction.transactionId]) {
      expect(await statusOf(place, id)).toBe('COMMITTED')
    }
    expect((await post(place, '/api/subscribe', order)).draft).toEqual(payment)
    const fees = [payment, present].reduce((sum, { preview }) => sum + BigInt(preview.fee.nanos), 0n)
    expect(await balanceOf(place, fan)).toBe(before.fan - DESO - 5n - fees)
    expect(await balanceOf(place, creator)).toBe(before.creator + DESO)
    const bytes = `${place.url}/content/${published}/0`
    const headers = { authorization: `Bearer ${await signIn(place, fan)}` }
    expect(Buffer.from(await (await fetch(bytes, { headers })).arrayBuffer()).equals(film)).toBe(true)

    const { code, ms } = await gateway.stop('SIGTERM')
    expect(code).toBe(0)
    expect(ms).toBeLessThan(5_000)
    expect(gateway.stderr).toBe('')
    expect(gateway.stdout).toMatch(/SIGTERM: stopping\n$/)
  }, 60_000)

  async function publish(place: Place, film: Uint8Array<ArrayBuffer>, creator: Person): Promise<string> {
    const form = new FormData()
    const fields = { title: 'Film', teaser: 'See', policy: 'PLAN:films', idempotencyKey: 'film' }
    for (const [name, value] of Object.entries(fields)) form.append(name, value)
    form.append('file', new Blob([film]), 'film.mp4')
    const headers = { authorization: `Bearer ${await signIn(place, creator)}` }
    const response = await fetch(`${place.url}/api/upload-content`, { method: 'POST', headers, body: form })
    return execute(place, await response.json(), creator)
  }
})

describe('a gateway that cannot start', () => {
  it('says why in one line and ends with 1: ports and data that another has', async () => {
    const holder = createServer().listen(0, '127.0.0.1')
    await once(holder, 'listening')
    const busy = String((holder.address() as AddressInfo).port)
    const held = join(root, 'held')
    const first = built.spawn({ DATA_DIR: held })
    try {
      await first.ready()
      const dataDir = (name: string) => ({ DATA_DIR: join(root, name) })
      const starts = [
        built.spawn({ ...dataDir('one'), PORT: busy }),
        built.spawn({ ...dataDir('two'), DEVCHAIN_PORT: busy }),
        built.spawn({ DATA_DIR: held }),
        built.spawn({ ...dataDir('three'), HOST: '192.0.2.1' }),
      ]
      expect(await Promise.all(starts.map(({ exited }) => exited))).toEqual([1, 1, 1, 1])
      const [port, devchainPort, data, host] = starts
      expect(port?.stderr).toBe(`Port ${busy} is in use: stop what uses it, or set PORT to another port.\n`)
      expect(devchainPort?.stderr).toBe(
        `Port ${busy} is in use: stop what uses it, or set DEVCHAIN_PORT to another port.\n`,
      )
      expect(data?.stderr).toMatch(/^[^\n]+ is in use by process [0-9]+: [^\n]+\n$/)
      expect(data?.stderr).toContain(held)
      expect(host?.stderr).toMatch(/^Cannot listen on 192\.0\.2\.1, port 0 \(EADDRNOTAVAIL\): [^\n]+\n$/)
      expect(starts.map(({ stdout }) => stdout)).toEqual(['', '', '', ''])
      expect(await (await fetch(`${(await first.ready()).url}/healthz`)).json()).toEqual({ status: 'ok' })
    } finally {
      holder.close()
      await first.stop('SIGKILL')
    }
  }, 60_000)

  it('names all faults of its settings at once, and in production all that is missing', async () => {
    const DATA_DIR = join(root, 'never-made')
    const [broken, production] = [
      built.spawn({
        DATA_DIR,
        PORT: 'four',
        LOG_LEVEL: 'loud',
        GATEWAY_SEED: 'secret words',
        DESO_NODE_URL: 'ftp://node',
        NODE_TIMEOUT_MS: '5',
      }),
      built.spawn({ DATA_DIR, NODE_ENV: 'production' }),
    ]
    expect(await Promise.all([broken.exited, production.exited])).toEqual([1, 1])
    const faults = (text: string) => [...text.matchAll(/^ {2}([A-Z_]+): /gm)].map(([, name]) => name)
    expect(faults(broken.stderr).sort()).toEqual([
      'DESO_NETWORK',
      'DESO_NODE_URL',
      'GATEWAY_SEED',
      'LOG_LEVEL',
      'NODE_TIMEOUT_MS',
      'PORT',
    ])
    expect(faults(production.stderr).sort()).toEqual([
      'DESO_NETWORK',
      'DESO_NODE_URL',
      'GATEWAY_SEED',
      'IPFS_STORE',
      'PUBLIC_URL',
    ])
    for (const { stderr } of [broken, production]) {
      expect(stderr).not.toContain('secret words')
      expect(stderr).not.toMatch(/^ +at /m)
    }
  }, 60_000)
})
