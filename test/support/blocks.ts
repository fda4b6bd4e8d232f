import { readFile, rm, writeFile } from 'node:fs/promises'
import * as dagPb from '@ipld/dag-pb'
import { CID } from 'multiformats/cid'
import { blockPath } from './stored.js'
import type { World } from './world.js'

/** A leaf of a file by its place; of a file of one block that block is the first. */
export async function leafOf(world: World, cid: string, index: number): Promise<CID> {
  const root = CID.parse(cid)
  if (root.code !== dagPb.code) return root
  const { Links } = dagPb.decode(await world.gateway.app.ipfs.getBlock(root))
  return (Links[index] as dagPb.PBLink).Hash
}

export async function removeBlock(world: World, cid: CID): Promise<void> {
  await rm(blockPath(world, cid))
}

/** Flips one bit in the middle of a block on disk; `undo` puts it right again. */
export async function corruptBlock(world: World, cid: CID): Promise<{ undo(): Promise<void> }> {
  const path = blockPath(world, cid)
  const sound = await readFile(path)
  const bytes = Buffer.from(sound)
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1
  await writeFile(path, bytes)
  return { undo: () => writeFile(path, sound) }
}
