import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWorld, type World } from './support/world.js'

const README = readFileSync('README.md', 'utf8')

describe('the README', () => {
  let world: World
  let folder: string

  beforeAll(async () => {
    world = await openWorld()
    folder = mkdtempSync(join(tmpdir(), 'readme-'))
    symlinkSync(join(process.cwd(), 'scripts'), join(folder, 'scripts'))
  })
  afterAll(async () => {
    await world[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  it('has examples of the six jobs that work as they stand, one after the other', async () => {
    const section = README.slice(README.indexOf('## The six jobs'), README.indexOf('## The client'))
    const blocks = [...section.matchAll(/```bash\n([\s\S]*?)```/g)].map(([, block = '']) => block)
    expect(blocks).toHaveLength(10)
    const script = `set -eu\n${blocks.join('\n')}`.replace('http://localhost:4000', world.url)
    const { stdout } = await promisify(execFile)('bash', ['-c', script], { cwd: folder })
    const lines = stdout.trim().split('\n')
    expect(lines.filter((line) => line === 'COMMITTED')).toHaveLength(3)
    expect(lines).toContain('NOT_SUBSCRIBED')
    expect(lines).toContain('film.mp4')
    expect(lines).toContain('401')
    expect(stdout).toContain('"kind":"SEND_DESO","status":"COMMITTED"')
    expect(stdout).toContain('"manifestCid":"bafyrei')
    expect(stdout).toMatch(/pays 5 DESO to/)
    expect(stdout).toMatch(/^( [0-9a-f]{2}){16}$/m)
  })
})
