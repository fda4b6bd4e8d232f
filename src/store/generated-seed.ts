import { randomBytes } from 'node:crypto'
import { link, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { syncDirectory } from './file-system.js'

/**
 * The gateway's seed where none is configured: made at the first start, kept in the data directory, readable by the
 * owner alone. Whole or not there, whenever the process dies. Whoever loses it loses what was wrapped to it.
 */
export async function generatedSeed(dataDir: string): Promise<string> {
  const path = join(dataDir, 'gateway.seed')
  const known = await read(path)
  if (known !== null) return known
  const fresh = `${path}.${process.pid}`
  const file = await open(fresh, 'w', 0o600)
  await file.writeFile(`${randomBytes(32).toString('hex')}\n`)
  await file.sync()
  await file.close()
  await link(fresh, path).catch(ignoreExisting)
  await rm(fresh)
  await syncDirectory(dataDir)
  return (await read(path)) as string
}

async function read(path: string): Promise<string | null> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}
