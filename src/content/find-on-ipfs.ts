import type { CID } from 'multiformats/cid'
import type { RequestContext } from '../context.js'
import { InvalidInputError, StorageUnavailableError, UploadTooLargeError } from '../errors.js'
import { InvalidDagError, NotFoundInStoreError } from '../ipfs/errors.js'
import type { FileAtHand, FoundFile } from './incoming-file.js'

/** An IPFS node may look for it in the whole network. */
const DEADLINE_MS = 30_000

/**
 * A public file that is on IPFS already, of which no byte is moved. Throws InvalidInputError where it has no name, or is
 * no file, or not there; UploadTooLargeError, as for one that is sent; StorageUnavailableError where IPFS takes too long.
 */
export async function findOnIpfs(
  ctx: RequestContext,
  { position, name, mediaType, source }: FileAtHand & { source: { cid: CID } },
): Promise<FoundFile> {
  const path = ['input', 'files', String(position)]
  if (name === null)
    throw new InvalidInputError('Give the file a name: IPFS has none for it.', [...path, 'name'])
  const cid = source.cid.toV1()
  const size = await sizeOf(ctx, cid, [...path, 'cid'])
  const maxBytes = ctx.app.config.limits.maxFileBytes
  if (size > Number(maxBytes)) {
    throw new UploadTooLargeError(BigInt(maxBytes), `${name}: at most ${maxBytes} bytes a file.`, [
      ...path,
      'cid',
    ])
  }
  const type = mediaType ?? 'application/octet-stream'
  return { position, name, mediaType: type, size, digest: `cid:${cid}`, source: { cid } }
}

/** For a content that is not PUBLIC. */
export function refuseOnIpfs(position: number): never {
  throw new InvalidInputError(
    'What is on IPFS under this CID is open to everybody who knows it: a content that is not PUBLIC needs the file’s bytes, to encrypt them.',
    ['input', 'files', String(position), 'cid'],
  )
}

async function sizeOf(ctx: RequestContext, cid: CID, path: readonly string[]): Promise<number> {
  const deadline = AbortSignal.timeout(DEADLINE_MS)
  const signal = AbortSignal.any([ctx.signal, deadline])
  try {
    return await ctx.app.ipfs.fileSize(cid, { signal })
  } catch (error) {
    if (error instanceof InvalidDagError)
      throw new InvalidInputError('This CID is of no UnixFS file.', path, error)
    if (error instanceof NotFoundInStoreError) {
      throw new InvalidInputError('This gateway’s IPFS does not have this file.', path, error)
    }
    if (deadline.aborted && !ctx.signal.aborted) {
      throw new StorageUnavailableError('IPFS did not find this file in time; try again.', error)
    }
    throw error
  }
}
