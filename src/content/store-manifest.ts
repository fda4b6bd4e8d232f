import type { CID } from 'multiformats/cid'
import type { RequestContext } from '../context.js'
import { buildDirectory, dagSize } from '../ipfs/directory.js'
import type { FileBatch } from '../ipfs/file-batch.js'
import type { Block } from '../ipfs/store.js'
import { encodeManifest, type Manifest, manifestCid, type PublicManifest } from '../protocol/manifest.js'

const READS_AT_ONCE = 16

/**
 * Stores the manifest of files, and those of them that still wait in the batch; its CID. To a public one a UnixFS directory of the same files is made
 * and linked, so that any IPFS gateway serves them by their paths. Throws UploadTooLargeError where it has no room for
 * all files.
 */
export async function storeManifest(ctx: RequestContext, manifest: Manifest, batch: FileBatch): Promise<CID> {
  const { whole, blocks } = manifest.enc === null ? await withDirectory(ctx, manifest) : bare(manifest)
  const bytes = encodeManifest(whole)
  const cid = await manifestCid(bytes)
  await batch.finish([...blocks, { cid, bytes }], { signal: ctx.signal })
  return cid
}

interface Stored {
  whole: Manifest
  blocks: readonly Block[]
}

function bare(whole: Manifest): Stored {
  return { whole, blocks: [] }
}

async function withDirectory(ctx: RequestContext, manifest: PublicManifest): Promise<Stored> {
  const files = []
  for (let at = 0; at < manifest.files.length; at += READS_AT_ONCE) {
    const some = manifest.files.slice(at, at + READS_AT_ONCE).map(async ({ name, cid, size }) => {
      return { path: name, cid, dagSize: await dagSize(ctx.app.ipfs, { cid, size }, { signal: ctx.signal }) }
    })
    files.push(...(await Promise.all(some)))
  }
  const { cid, blocks } = buildDirectory(files)
  return { whole: { ...manifest, dir: cid }, blocks }
}
