// `npm start`: builds where dist is missing or older than the sources, then becomes the gateway.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isBuilt } from './build-stamp.mjs'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
if (!isBuilt()) {
  console.log('Building …')
  const { status } = spawnSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
// What the environment sets goes before what the file says.
if (existsSync('.env')) process.loadEnvFile('.env')
process.setSourceMapsEnabled(true)
// In this very process, so that signals and the exit code need no passing on.
await import('../dist/main.js')
