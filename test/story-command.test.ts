import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createNarrator } from '../src/story/narrator.js'
import { playStory } from '../src/story/story.js'
import { BuiltGateway } from './support/spawned-gateway.js'
import { openWorld } from './support/world.js'

interface Told {
  code: number | null
  out: string
  err: string
}

let folder: string
let built: BuiltGateway
beforeAll(async () => {
  built = await BuiltGateway.build()
  folder = await mkdtemp(join(tmpdir(), 'story-test-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** What stories left behind. */
function leftBehind(): Promise<string[]> {
  return readdir(folder)
}

/** What `npm run story` runs, built, with `folder` for temporary files. `stopAt` is a text at which it is interrupted, as by Ctrl-C. */
async function runStory(args: readonly string[], stopAt?: string): Promise<Told> {
  const child = spawn(process.execPath, [join(built.root, 'dist/story/main.js'), ...args], {
    env: { ...process.env, TMPDIR: folder, DEVCHAIN_BLOCK_MS: '40' },
  })
  const told = { out: '', err: '' }
  child.stdout.on('data', (chunk: Buffer) => {
    told.out += chunk.toString()
    if (stopAt !== undefined && told.out.includes(stopAt)) child.kill('SIGINT')
  })
  child.stderr.on('data', (chunk: Buffer) => {
    told.err += chunk.toString()
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...told }
}

describe('npm run story', () => {
  it('is played to its end on a gateway of its own, which is gone after it', async () => {
    const { code, out, err } = await runStory(['--size', '300KB'])
    expect(err).toBe('')
    expect(code).toBe(0)
    expect(out.match(/^\d+\. .*$/gm)).toEqual([
      '1. Three people sign in',
      '2. alice makes a profile and a plan',
      '3. alice publishes a film of 300 KB for the members of River Club',
      '4. Nobody else gets a byte',
      '5. bob subscribes',
      '6. bob watches',
      '7. Time passes',
      '8. bob renews, for two periods at once',
      '9. bob unsubscribes',
    ])
    expect(out.match(/Access: refused, \w+\. The bytes: HTTP \d+/g)).toEqual([
      'Access: refused, NOT_SIGNED_IN. The bytes: HTTP 401',
      'Access: refused, NOT_SUBSCRIBED. The bytes: HTTP 403',
      'Access: refused, NOT_SUBSCRIBED. The bytes: HTTP 403',
      'Access: refused, NOT_SUBSCRIBED. The bytes: HTTP 403',
      'Access: refused, EXPIRED. The bytes: HTTP 403',
      'Access: refused, NOT_SUBSCRIBED. The bytes: HTTP 403',
    ])
    expect(out).toMatch(/ {3}Uploading: 100 %, [\d.]+ MB\/s\n/)
    expect(out).toMatch(/ {3}bob {4}10000 DESO -> 9994\.9\d+ DESO \(-5\.0\d+ DESO\)\n/)
    expect(out).toMatch(/ \(\+10 DESO\)\n/)
    expect(new Set(out.match(/\b[0-9a-f]{64}\b/g)).size).toBe(6)
    expect(out).toMatch(/\nAll of it happened: 6 transactions, 300 KB up and down, [\d.]+ s\.\n$/)
    expect(await leftBehind()).toEqual([])
  })

  it('is played on a gateway that runs already, more than once', async () => {
    await using world = await openWorld()
    const stage = {
      url: world.url,
      chainUrl: world.chain.url,
      isOwn: false,
      [Symbol.asyncDispose]: async () => {},
    }
    let out = ''
    const narrator = createNarrator({ write: (text: string) => (out += text) })
    const { signal } = new AbortController()
    const first = await playStory(stage, { narrator, signal, size: 2_000 })
    const second = await playStory(stage, { narrator, signal, size: 150_000 })
    expect(new Set([...first, ...second]).size).toBe(12)
    for (const id of [...first, ...second]) expect(out).toContain(`Signed and sent as ${id}\n`)
  })

  it('says what broke, and ends with 1', async () => {
    const { code, err } = await runStory(['--url', 'http://127.0.0.1:9', '--chain', 'http://127.0.0.1:9'])
    expect(code).toBe(1)
    expect(err).toMatch(/^\nThe story broke: fetch failed/)
  })

  it('says how it is used where it does not understand', async () => {
    const { code, err } = await runStory(['--size', 'much'])
    expect(code).toBe(1)
    expect(err).toMatch(
      /^--size is a number with KB, MB or GB, at least 1KB, and not much\.\n\nnpm run story -- /,
    )
  })

  it('leaves nothing behind when it is stopped in the middle', async () => {
    const { code, out, err } = await runStory(['--size', '5MB'], '3. alice publishes')
    expect(code).toBe(1)
    expect(err).toMatch(/The story broke: it was stopped/)
    expect(out).not.toContain('4. Nobody else')
    expect(await leftBehind()).toEqual([])
  })
})
