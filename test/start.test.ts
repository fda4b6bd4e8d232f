import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'start-'))
  for (const name of [
    'scripts',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.build.json',
  ]) {
    await cp(name, join(root, name), { recursive: true })
  }
  await symlink(resolve('node_modules'), join(root, 'node_modules'))
  await mkdir(join(root, 'src'))
  await writeMain("console.log('version 1')")
})

afterEach(async () => {
  await rm(root, { recursive: true })
})

function writeMain(code: string): Promise<void> {
  return writeFile(join(root, 'src/main.ts'), `${code}\nexport {}\n`)
}

async function start(env: NodeJS.ProcessEnv = {}): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [join(root, 'scripts/start.mjs')], {
    cwd: tmpdir(),
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code: child.exitCode, output: out + err }
}

describe('npm start', () => {
  it('builds where nothing is built, not again while the sources stay, and again once they change', async () => {
    expect(await start()).toEqual({ code: 0, output: 'Building …\nversion 1\n' })
    expect(await start()).toEqual({ code: 0, output: 'version 1\n' })
    await writeFile(join(root, 'src/some.test.ts'), 'tests are not built')
    expect(await start()).toEqual({ code: 0, output: 'version 1\n' })
    await writeFile(join(root, 'src/old.ts'), 'export const old = 1')
    await writeMain("console.log('version 2')")
    expect(await start()).toEqual({ code: 0, output: 'Building …\nversion 2\n' })
    await rm(join(root, 'src/old.ts'))
    expect(await start()).toEqual({ code: 0, output: 'Building …\nversion 2\n' })
    expect((await readdir(join(root, 'dist'))).sort()).toEqual([
      '.built-from',
      'main.d.ts',
      'main.js',
      'main.js.map',
    ])
  })

  it('runs what is built without dev dependencies, with sources beside it or not', async () => {
    await start()
    await rm(join(root, 'node_modules'))
    expect(await start()).toEqual({ code: 0, output: 'version 1\n' })
    await rm(join(root, 'src'), { recursive: true })
    expect(await start()).toEqual({ code: 0, output: 'version 1\n' })
  })

  it('says what to do where it must build and cannot', async () => {
    await rm(join(root, 'node_modules'))
    expect(await start()).toEqual({
      code: 1,
      output: 'Building …\nThere is no compiler to build with: run npm ci (with dev dependencies) first.\n',
    })
  })

  it('starts nothing that does not compile', async () => {
    await writeMain("const wrong: number = 'text'\nconsole.log(wrong)")
    const { code, output } = await start()
    expect(code).not.toBe(0)
    expect(output).toContain('src/main.ts(1,7): error TS2322')
    expect(output).not.toContain('text\n')
  })

  it('keeps the exit code, and reads .env behind the environment', async () => {
    await writeMain('console.log(process.env.FIRST, process.env.SECOND)\nprocess.exitCode = 3')
    await writeFile(join(root, '.env'), 'FIRST=file\nSECOND=file\n')
    expect(await start({ FIRST: 'environment' })).toEqual({
      code: 3,
      output: 'Building …\nenvironment file\n',
    })
  })
})
