import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CID } from 'multiformats/cid'
import { blockKey } from '../../src/ipfs/block.js'
import type { World } from './world.js'

/** What a world's IPFS store has on disk: the embedded one under its data, or the Kubo of `WITH_KUBO`. */
export function blockPath(world: World, cid: CID): string {
  const key = blockKey(cid)
  if (!world.kubo) return join(blocksDir(world), key.slice(-3, -1), key)
  const name = key.toUpperCase()
  return join(blocksDir(world), name.slice(-3, -1), `${name}.data`)
}

/** The files of all blocks, by their paths below the folder of blocks. */
export async function blockNames(world: World): Promise<string[]> {
  const names = await readdir(blocksDir(world), { recursive: true })
  return names.filter((name) => (world.kubo ? name.endsWith('.data') : name.includes('/'))).sort()
}

/** The pinned roots with the names of their pins. */
export async function pinNames(world: World): Promise<Map<string, string>> {
  if (world.kubo) return kuboPins(world.kubo.rpcUrl)
  const dir = join(world.gateway.app.config.dataDir, 'ipfs', 'pins')
  const roots = await readdir(dir)
  const names = await Promise.all(roots.map((root) => readFile(join(dir, root), 'utf8')))
  return new Map(roots.map((root, i) => [root, names[i] as string]))
}

async function kuboPins(rpcUrl: string): Promise<Map<string, string>> {
  const response = await fetch(`${rpcUrl}/api/v0/pin/ls?type=recursive&names=true`, { method: 'POST' })
  const { Keys } = (await response.json()) as { Keys?: Record<string, { Name?: string }> }
  return new Map(Object.entries(Keys ?? {}).map(([root, { Name }]) => [root, Name ?? '']))
}

function blocksDir(world: World): string {
  return join(world.kubo?.dir ?? join(world.gateway.app.config.dataDir, 'ipfs'), 'blocks')
}
