import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const FILES = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json']

/** Where a build says what it was made from. */
export const STAMP_PATH = 'dist/.built-from'

/** A digest of all that a build depends on; null where there are no sources (a deployed dist). */
export function digestSources() {
  if (!existsSync('src')) return null
  const hash = createHash('sha256')
  for (const path of [...FILES, ...sourcePaths()]) {
    const bytes = readFileSync(path)
    hash.update(`${path}\0${bytes.length}\0`).update(bytes)
  }
  return hash.digest('hex')
}

/** Whether dist is there and made from the sources as they are. */
export function isBuilt() {
  if (!existsSync('dist/main.js')) return false
  const digest = digestSources()
  return digest === null || (existsSync(STAMP_PATH) && readFileSync(STAMP_PATH, 'utf8') === digest)
}

function sourcePaths() {
  return readdirSync('src', { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort()
}
