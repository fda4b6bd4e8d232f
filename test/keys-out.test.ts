import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { CID } from 'multiformats/cid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type IpfsFile, readContent, type Signer, seedSigner } from '../src/client/index.js'
import { createEmbeddedStore } from '../src/ipfs/embedded-store.js'
import { walkForPin } from '../src/ipfs/pin-walk.js'
import { recover } from '../src/recover/recover.js'
import { signersOf } from '../src/recover/seed.js'
import { collect, keystreamBytes } from './support/bytes.js'
import { ciOnly } from './support/ci-only.js'
import { openIpfsGateway, type TestIpfsGateway } from './support/ipfs-gateway.js'
import { describeKubo, startKubo, type TestKubo } from './support/kubo.js'
import { upload } from './support/library.js'
import { Market } from './support/market.js'
import { Samples } from './support/samples.js'
import type { Json, Person, World } from './support/world.js'

const MIB = 1_048_576
const FILM = keystreamBytes('a film of two leaves', MIB + 300_000)
const FILES = [
  { name: 'film.mp4', bytes: FILM, type: 'video/mp4' },
  { name: 'notes/one.txt', bytes: 'a note', type: 'text/plain' },
  { name: 'notes/empty', bytes: '' },
]
const KEYS = `query ($postHash: TransactionId!) { content(postHash: $postHash) {
  manifestCid files { name cid isEncrypted key } viewerAccess { granted }
} }`

let market: Market
let world: World
let ipfs: TestIpfsGateway
let creator: Person
let fan: Person
let gated: string
let open: string

const signerOf = (person: Person): Signer => seedSigner(Buffer.from(person.privateKey).toString('hex'))
const publish = async (policy: string, files = FILES): Promise<string> =>
  (await market.execute(await upload(world, await world.signIn(creator), { policy, files }), creator)).id
const contentAs = async (postHash: string, person: Person | null): Promise<Json> =>
  (await world.ask(KEYS, { postHash }, person ? await world.signIn(person) : undefined)).content
const fileAt = (files: readonly IpfsFile[], index: number): IpfsFile => files[index] as IpfsFile
const keysOf = (content: Json): (string | null)[] => content.files.map((file: Json) => file.key)

beforeAll(async () => {
  market = await Market.open()
  world = market.world
  ;[creator, fan] = await Promise.all([market.person('a creator'), market.person('a fan')])
  await market.plan(creator, 'gold')
  gated = await publish('PLAN:gold')
  open = await publish('PUBLIC')
  await market.pay(fan, creator, 'gold')
  ipfs = await openIpfsGateway({ getBlock: (cid) => world.gateway.app.ipfs.getBlock(cid) })
})
afterAll(async () => {
  await ipfs?.[Symbol.asyncDispose]()
  await market?.[Symbol.asyncDispose]()
})

describe('the key of a file', () => {
  it('opens it for a fan, read from an IPFS gateway alone, in whole and by range', async () => {
    const content = await contentAs(gated, fan)
    const reader = { signer: signerOf(fan), keys: keysOf(content) }
    const { files } = await readContent({ gateways: [ipfs.url] }, content.manifestCid, reader)
    expect(files.map(({ name, byteSize, isEncrypted }) => ({ name, byteSize, isEncrypted }))).toEqual(
      FILES.map(({ name, bytes }) => ({ name, byteSize: bytes.length, isEncrypted: true })),
    )
    expect((await collect(fileAt(files, 0).read())).equals(FILM)).toBe(true)
    expect(String(await collect(fileAt(files, 1).read()))).toBe('a note')
    expect(await collect(fileAt(files, 2).read())).toHaveLength(0)
    for (const range of [{ offset: 0, length: 1 }, { offset: MIB - 7, length: 14 }, { offset: MIB }]) {
      const { offset, length = FILM.length } = range
      const bytes = await collect(fileAt(files, 0).read({ range }))
      expect(bytes.equals(FILM.subarray(offset, offset + length))).toBe(true)
    }
    const beyond = fileAt(files, 0).read({ range: { offset: 0, length: FILM.length + 1 } })
    await expect(collect(beyond)).rejects.toThrow(RangeError)
  })

  it('costs a range the blocks that it covers', async () => {
    const content = await contentAs(gated, fan)
    const reader = { signer: signerOf(fan), keys: keysOf(content) }
    const { files } = await readContent({ gateways: [ipfs.url] }, content.manifestCid, reader)
    ipfs.asked.length = 0
    await collect(fileAt(files, 0).read({ range: { offset: MIB + 100_000, length: 65_536 } }))
    // The root, the first leaf for the header, and the leaf of the range.
    expect(new Set(ipfs.asked).size).toBe(3)
  })

  it('is null for who has no access, for nobody, and where there is nothing to open', async () => {
    const nobodies = [null, await market.person('a stranger')]
    for (const someone of nobodies) {
      const content = await contentAs(gated, someone)
      expect(keysOf(content)).toEqual([null, null, null])
    }
    expect(keysOf(await contentAs(open, fan))).toEqual([null, null, null])
    expect(keysOf(await contentAs(gated, creator)).every((key) => key?.length === 420)).toBe(true)
  })

  it('asks no more of the node than whether there is access, and is another for each file', async () => {
    const token = await world.signIn(fan)
    const askedBy = async (fields: string) => {
      const before = await Samples.of(world)
      const query = `query ($c: PublicKey!) { contents(creator: $c) { nodes { viewerAccess { granted } ${fields} } } }`
      const { contents } = await world.ask(query, { c: creator.publicKey }, token)
      const after = await Samples.of(world)
      const name = 'gateway_node_requests_total'
      return { contents, asked: after.sum(name) - before.sum(name) }
    }
    await askedBy('files { name }')
    const without = await askedBy('files { name }')
    const { contents, asked } = await askedBy('files { key }')
    expect(asked).toBe(without.asked)
    const keys = contents.nodes
      .flatMap((node: Json) => keysOf(node))
      .filter((key: string | null) => key !== null)
    expect(new Set(keys).size).toBe(3)
  })

  it('opens no other file, no content, and nothing for another account', async () => {
    const content = await contentAs(gated, fan)
    const [film, note] = keysOf(content)
    const read = async (signer: Signer, keys: (string | null)[]) => {
      const { files } = await readContent({ gateways: [ipfs.url] }, content.manifestCid, { signer, keys })
      return collect(fileAt(files, 0).read())
    }
    const refused = { code: 'NO_FILE_KEY' }
    await expect(read(signerOf(fan), [note as string])).rejects.toMatchObject(refused)
    await expect(read(signerOf(fan), [])).rejects.toMatchObject(refused)
    await expect(read(signerOf(creator), [film as string])).rejects.toMatchObject(refused)
    await expect(read(signerOf(fan), [`${film?.slice(0, -2)}00`])).rejects.toMatchObject(refused)
    expect((await read(signerOf(creator), [])).equals(FILM)).toBe(true)
    const { publicKey33, publicKey, signDigest } = signerOf(fan)
    await expect(read({ publicKey33, publicKey, signDigest }, [film as string])).rejects.toMatchObject(
      refused,
    )
  })
})

describe('a reader of any IPFS gateway', () => {
  it('takes no byte that is not the block’s, and goes to the next gateway', async () => {
    const { manifestCid } = await contentAs(open, null)
    await using liar = await openIpfsGateway({ getBlock: (cid) => world.gateway.app.ipfs.getBlock(cid) })
    liar.lie = (_cid, bytes) =>
      Buffer.concat([bytes.subarray(0, -1), Buffer.from([(bytes.at(-1) as number) ^ 1])])
    await expect(readContent({ gateways: [liar.url] }, manifestCid)).rejects.toMatchObject({
      code: 'IPFS_BLOCK_UNAVAILABLE',
      cid: manifestCid,
      retryable: true,
    })
    const { files } = await readContent({ gateways: [liar.url, `${ipfs.url}/ipfs/`] }, manifestCid)
    expect((await collect(fileAt(files, 0).read())).equals(FILM)).toBe(true)
    liar.lie = () => 503
    await expect(readContent({ gateways: [liar.url] }, manifestCid)).rejects.toThrow('answered 503')
    liar.lie = () => Buffer.alloc(3 * MIB)
    await expect(readContent({ gateways: [liar.url] }, manifestCid)).rejects.toThrow('more bytes came')
  })

  it('ends with the reason of its signal, and reads no further than it is read', async () => {
    const { manifestCid } = await contentAs(open, null)
    const reason = new Error('enough')
    const { files } = await readContent({ gateways: [ipfs.url] }, manifestCid)
    const aborted = fileAt(files, 0).read({ signal: AbortSignal.abort(reason) })
    await expect(collect(aborted)).rejects.toBe(reason)
    ipfs.asked.length = 0
    for await (const _ of fileAt(files, 0).read()) break
    expect(new Set(ipfs.asked).size).toBeLessThanOrEqual(3)
  })
})

/** A block of the gateway's store in a Kubo's, under its own CID. */
async function put({ rpcUrl }: TestKubo, cid: CID): Promise<Uint8Array> {
  const bytes = await world.gateway.app.ipfs.getBlock(cid)
  const codec = { 85: 'raw', 112: 'dag-pb', 113: 'dag-cbor' }[cid.code]
  const form = new FormData()
  form.set('data', new Blob([new Uint8Array(bytes)]))
  const answer = await fetch(`${rpcUrl}/api/v0/block/put?cid-codec=${codec}`, { method: 'POST', body: form })
  expect(((await answer.json()) as Json).Key).toBe(cid.toString())
  return bytes
}

describe('npm run recover', () => {
  let dir: string
  const lines: string[] = []
  const run = (seed: string, manifest: string, more: { gateways?: string[]; out?: string } = {}) => {
    lines.length = 0
    return recover({
      gateways: more.gateways ?? [ipfs.url],
      manifest,
      out: more.out ?? dir,
      signers: async () => signersOf(seed),
      tell: (line) => lines.push(line),
    })
  }
  const seedOf = (person: Person) => Buffer.from(person.privateKey).toString('hex')

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'recover-'))
  })
  afterAll(() => rm(dir, { recursive: true, force: true }))

  it('gives a creator the plain files, and goes on where it ended', async () => {
    const { manifestCid } = await contentAs(gated, null)
    expect(await run(seedOf(creator), manifestCid)).toEqual({ there: 3, failed: 0 })
    expect((await readFile(join(dir, 'film.mp4'))).equals(FILM)).toBe(true)
    expect(await readFile(join(dir, 'notes/one.txt'), 'utf8')).toBe('a note')
    expect(await readdir(join(dir, 'notes'))).toEqual(['empty', 'one.txt'])
    await rm(join(dir, 'notes/one.txt'))
    await writeFile(join(dir, 'film.mp4'), 'mine')
    expect(await run(seedOf(creator), manifestCid)).toEqual({ there: 2, failed: 1 })
    expect(lines.slice(1)).toEqual([
      'film.mp4: NOT saved: something else is there under its name, and was left as it is',
      'notes/one.txt: saved, 6 bytes',
      'notes/empty: there already, 0 bytes',
      '2 files are there, 1 are not.',
    ])
    expect(await readFile(join(dir, 'film.mp4'), 'utf8')).toBe('mine')
  })

  it('needs no gateway of this project: its store and an IPFS gateway do', async () => {
    const { manifestCid } = await contentAs(gated, null)
    const { dataDir } = world.gateway.app.config
    await world.gateway.close()
    const out = join(dir, 'alone')
    const runAt = async (gateway: string) => {
      expect(await run(seedOf(creator), manifestCid, { out, gateways: [gateway] })).toEqual({
        there: 3,
        failed: 0,
      })
      expect((await readFile(join(out, 'film.mp4'))).equals(FILM)).toBe(true)
    }
    if (world.kubo) await runAt(world.kubo.gatewayUrl)
    else {
      const store = await createEmbeddedStore({ dir: join(dataDir, 'ipfs') })
      await using lone = await openIpfsGateway(store)
      await runAt(lone.url)
      await store.close()
    }
    await world.restart()
  })

  it('refuses another’s seed, a seed that is none, and a manifest that is not there', async () => {
    const { manifestCid } = await contentAs(gated, null)
    await expect(run(seedOf(fan), manifestCid)).rejects.toThrow(
      'This seed opens none of the keys in the manifest',
    )
    await expect(run('not a seed', manifestCid)).rejects.toThrow('neither 64 hex digits nor a mnemonic')
    await expect(
      run(seedOf(creator), 'bafyreigoukxtlboccvvpjg2srrbj3ikris65jjbk5rjbahim4txuho2nsi'),
    ).rejects.toThrow('cannot be read: The block')
    await expect(run(seedOf(creator), 'no cid')).rejects.toThrow('The manifest no cid cannot be read')
  })

  it('takes a mnemonic, and finds the account among its first', () => {
    const mnemonic = 'test test test test test test test test test test test junk'
    const keys = signersOf(` ${mnemonic.toUpperCase()} `).map((signer) => signer.publicKey('testnet'))
    expect(keys.slice(0, 10)).toEqual(
      ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi', 'ivan', 'judy'].map(
        (name) => world.person(name).publicKey,
      ),
    )
  })

  it('writes nothing out of its folder', async () => {
    const { manifestCid } = await contentAs(open, null)
    const out = join(dir, 'linked')
    const elsewhere = join(dir, 'elsewhere')
    await Promise.all([mkdir(out), mkdir(elsewhere)])
    await symlink(elsewhere, join(out, 'notes'))
    expect(await run('unused', manifestCid, { out })).toEqual({ there: 1, failed: 2 })
    expect(lines[2]).toBe(
      'notes/one.txt: NOT saved: where its folder goes there is a link or a file, which was left as it is',
    )
    expect(await readdir(elsewhere)).toEqual([])
  })

  ciOnly(
    'takes the seed from the environment or standard input, and says by its exit code how it went',
    'starts processes',
    async () => {
      const { manifestCid } = await contentAs(gated, null)
      const command = async (args: string[], env: Record<string, string>, input = '') => {
        const given = [
          '--import',
          'tsx',
          'src/recover/main.ts',
          '--manifest',
          manifestCid,
          '--gateway',
          ipfs.url,
          ...args,
        ]
        const child = spawn(process.execPath, given, {
          env: { PATH: process.env.PATH, INIT_CWD: dir, ...env },
        })
        child.stdin.end(input)
        const [out, error, [code]] = await Promise.all([
          text(child.stdout),
          text(child.stderr),
          once(child, 'exit'),
        ])
        return { out, error, code }
      }
      const seed = seedOf(creator)
      const whole = await command(['--out', 'by-env'], { RECOVER_SEED: seed })
      expect([whole.code, whole.error]).toEqual([0, ''])
      expect(whole.out).toMatch(/\nfilm.mp4: saved, \d+ bytes\n.*\n.*\n3 files are there, 0 are not.\n$/)
      expect((await readFile(join(dir, 'by-env/film.mp4'))).equals(FILM)).toBe(true)
      expect(await command(['--out', 'by-env', '--seed', '-'], {}, `${seed}\n`)).toMatchObject({ code: 0 })
      expect(await readdir(join(dir, 'by-env'))).toEqual(['film.mp4', 'notes'])
      await writeFile(join(dir, 'by-env/film.mp4'), 'mine')
      expect((await command(['--out', 'by-env'], { RECOVER_SEED: seed })).code).toBe(1)
      const none = await command([], {})
      expect(none).toEqual({ out: '', error: 'The files are encrypted: give the creator’s seed.\n', code: 1 })
      expect((await command(['--bad'], {})).code).toBe(2)
    },
  )

  describeKubo('from the gateway of Kubo', () => {
    it('gives the plain files', async () => {
      await using kubo = await startKubo()
      const { manifestCid } = await contentAs(gated, null)
      const root = CID.parse(manifestCid)
      await walkForPin(
        { block: (cid) => put(kubo, cid), check: async (cid) => void (await put(kubo, cid)) },
        root,
      )
      const out = join(dir, 'kubo')
      expect(await run(seedOf(creator), manifestCid, { out, gateways: [kubo.gatewayUrl] })).toEqual({
        there: 3,
        failed: 0,
      })
      expect((await readFile(join(out, 'film.mp4'))).equals(FILM)).toBe(true)
    })
  })
})
