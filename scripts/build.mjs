// `npm run build`: src to dist, from nothing, so that no file of a deleted source stays.
import { spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { digestSources, STAMP_PATH } from './build-stamp.mjs'

const COMPILER = 'node_modules/typescript/bin/tsc'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
if (!existsSync(COMPILER)) {
  console.error('There is no compiler to build with: run npm ci (with dev dependencies) first.')
  process.exit(1)
}
const digest = digestSources()
rmSync('dist', { recursive: true, force: true })
const { status } = spawnSync(process.execPath, [COMPILER, '-p', 'tsconfig.build.json'], { stdio: 'inherit' })
if (status !== 0) process.exit(status ?? 1)
writeFileSync(STAMP_PATH, digest ?? '')
