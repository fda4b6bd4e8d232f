// `node scripts/command.mjs <room> [arguments]`: a command of dist, which is built where missing or older than the sources.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isBuilt } from './build-stamp.mjs'

const [room] = process.argv.splice(2, 1)
process.chdir(fileURLToPath(new URL('..', import.meta.url)))
if (!isBuilt()) {
  // What the command says may be read by a program.
  const { status } = spawnSync(process.execPath, ['scripts/build.mjs'], { stdio: ['ignore', 2, 2] })
  if (status !== 0) process.exit(status ?? 1)
}
if (existsSync('.env')) process.loadEnvFile('.env')
await import(`../dist/${room}/main.js`)
