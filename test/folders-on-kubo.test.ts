import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { keystreamBytes } from './support/bytes.js'
import { describeKubo, startKubo, type TestKubo } from './support/kubo.js'
import { makePlan, publish } from './support/library.js'
import { type Json, openWorld, type Person, type World } from './support/world.js'

/** Longer than a block, so that its entry has to state the sum of its blocks. */
const FILM = keystreamBytes('a film on Kubo', 2_500_000)
const FILES = [
  { name: 'index.m3u8', bytes: 'episode 1/index.m3u8' },
  { name: 'episode 1/index.m3u8', bytes: 'Größe #1?.ts' },
  { name: 'episode 1/Größe #1?.ts', bytes: 'a segment' },
  { name: 'episode 1/deep/er/film.mp4', bytes: FILM },
  { name: 'empty', bytes: '' },
]

describeKubo('public files on a real Kubo', () => {
  let kubo: TestKubo
  let world: World
  let creator: Person

  beforeAll(async () => {
    kubo = await startKubo()
    world = await openWorld({ env: { KUBO_RPC_URL: kubo.rpcUrl } })
    creator = world.person('alice')
  })
  afterAll(async () => {
    await world[Symbol.asyncDispose]()
    await kubo.close()
  })

  async function directoryOf(postHash: string): Promise<string | null> {
    const { content }: Json = await world.ask(
      'query ($hash: TransactionId!) { content(postHash: $hash) { directoryCid } }',
      { hash: postHash },
    )
    return content.directoryCid
  }

  it('are served by its gateway by their paths, and held by the one pin', async () => {
    const { postHash, manifestCid } = await publish(world, creator, { files: FILES })
    const directory = await directoryOf(postHash)
    kubo.ipfs('repo', 'gc', '--quiet')
    for (const { name, bytes } of FILES) {
      const path = name.split('/').map(encodeURIComponent).join('/')
      const answer = await fetch(`${kubo.gatewayUrl}/ipfs/${directory}/${path}`)
      expect([name, answer.status]).toEqual([name, 200])
      expect(Buffer.from(await answer.arrayBuffer()).equals(Buffer.from(bytes))).toBe(true)
    }
    const range = await fetch(`${kubo.gatewayUrl}/ipfs/${directory}/episode%201/deep/er/film.mp4`, {
      headers: { range: 'bytes=1048570-1048580' },
    })
    expect([range.status, Buffer.from(await range.arrayBuffer())]).toEqual([
      206,
      FILM.subarray(1_048_570, 1_048_581),
    ])
    // Kubo pins its own empty folder, too.
    const pins = kubo.ipfs('pin', 'ls', '--type=recursive', '--quiet').trim().split('\n')
    expect(pins.filter((cid) => !cid.startsWith('Qm'))).toEqual([manifestCid])
  })

  it('have the directory that `ipfs add -r` makes of them', async () => {
    const { postHash } = await publish(world, creator, { files: FILES })
    const dir = await mkdtemp(join(tmpdir(), 'folder-'))
    for (const { name, bytes } of FILES) {
      await mkdir(dirname(join(dir, name)), { recursive: true })
      await writeFile(join(dir, name), bytes)
    }
    const options = ['--cid-version=1', '--raw-leaves', '--chunker=size-1048576', '--max-file-links=1024']
    expect(kubo.ipfs('add', '-r', '-Q', ...options, dir).trim()).toBe(await directoryOf(postHash))
    await rm(dir, { recursive: true })
  })

  it('have none where they are gated, as it would tell their names', async () => {
    await makePlan(world, creator, 'gold')
    const { postHash } = await publish(world, creator, { policy: 'PLAN:gold', files: FILES })
    expect(await directoryOf(postHash)).toBeNull()
  })
})
