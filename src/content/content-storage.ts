import type { RequestContext } from '../context.js'
import { StorageUnavailableError } from '../errors.js'
import type { Content } from './content.js'

/** In how many places a content is to be kept, is, and cannot be at present. */
export interface ContentStorage {
  wanted: number
  held: number
  failing: number
}

/** Of the gateway's own store and each mirror. What is not on its way and not held: wanted less held less failing. */
export async function contentStorage(
  { app: { ipfs }, signal }: RequestContext,
  { manifestCid }: Content,
): Promise<ContentStorage> {
  const own = async () => {
    try {
      return (await ipfs.isPinned(manifestCid, { signal })) ? 'HELD' : 'WAITING'
    } catch (error) {
      if (error instanceof StorageUnavailableError) return 'FAILING'
      throw error
    }
  }
  const [first, mirrors = []] = await Promise.all([own(), ipfs.mirrorStates?.(manifestCid)])
  const states = [first, ...mirrors]
  const count = (wanted: string) => states.filter((state) => state === wanted).length
  return { wanted: states.length, held: count('HELD'), failing: count('FAILING') }
}
