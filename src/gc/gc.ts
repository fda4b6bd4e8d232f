/**
 * The room gc/: the command that collects the garbage of the embedded IPFS store, by itself or by asking the gateway
 * that runs on it. It must not know what blocks hold.
 */
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../config/config.js'
import type { Collected } from '../ipfs/collect-garbage.js'
import { askToCollect } from '../ipfs/collection-door.js'
import { createEmbeddedStore } from '../ipfs/embedded-store.js'
import { DataDirInUseError, lockDataDir } from '../store/data-dir.js'
import type { GcOptions } from './options.js'

/** Something that the operator can mend: its message is all there is to say. */
export class GcError extends Error {}

/** Runs one collection; what there is to say about it. Throws GcError. */
export async function collectGarbage(config: Config, options: GcOptions): Promise<string> {
  if (config.ipfs.kubo.length > 0) {
    return 'Content is kept on Kubo (KUBO_RPC_URL), which collects its own: ipfs repo gc, or ipfs daemon --enable-gc. Nothing was done.'
  }
  const dir = join(config.dataDir, 'ipfs')
  await access(dir).catch(() => {
    throw new GcError(`There is no IPFS store at ${dir}: DATA_DIR names another place.`)
  })
  const graceSeconds = options.graceSeconds ?? config.garbage.graceSeconds
  const request = { graceMs: graceSeconds * 1000, dryRun: options.dryRun }
  try {
    await using _lock = await lockDataDir(config.dataDir)
    const store = await createEmbeddedStore({ dir, keepsTemp: options.dryRun })
    try {
      return tell(await store.collect(request), request.dryRun, graceSeconds)
    } finally {
      await store.close()
    }
  } catch (error) {
    if (!(error instanceof DataDirInUseError)) throw new GcError((error as Error).message)
    return askGateway(config.dataDir, error.pid, request, graceSeconds)
  }
}

async function askGateway(
  dataDir: string,
  pid: number,
  request: { graceMs: number; dryRun: boolean },
  graceSeconds: number,
): Promise<string> {
  const collected = await askToCollect(dataDir, request).catch((error: Error) => {
    throw new GcError(`Process ${pid} holds ${dataDir}, and does not collect: ${error.message}`)
  })
  return `The gateway that runs (process ${pid}) did it.\n${tell(collected, request.dryRun, graceSeconds)}`
}

function tell(
  { blocks, bytes, pinnedBlocks, youngBlocks, pins }: Collected,
  dryRun: boolean,
  graceSeconds: number,
): string {
  return [
    `${dryRun ? 'Would remove' : 'Removed'} ${blocks} blocks, ${bytes} bytes.`,
    `Kept ${pinnedBlocks} blocks of ${pins} pins, and ${youngBlocks} stored within the last ${graceSeconds} s or by uploads under way.`,
  ].join('\n')
}
