import { CarWriter } from '@ipld/car'
import { CID } from 'multiformats/cid'
import { identity } from 'multiformats/hashes/identity'
import { RAW } from '../block.js'
import type { Block } from '../store.js'

/** A CAR must name a root; this one is an empty block within its own CID, so nothing hangs on it. */
const NO_ROOT = CID.createV1(RAW, identity.digest(new Uint8Array()) as never)

/** Blocks as a CARv1 (ipld.io/specs/transport/car/carv1), pulled by its reader. */
export async function* carOf(blocks: AsyncIterable<Block>, root: CID = NO_ROOT): AsyncGenerator<Uint8Array> {
  const { writer, out } = CarWriter.create([root])
  let failed: { error: unknown } | undefined
  const write = async () => {
    try {
      for await (const block of blocks) await writer.put(block)
    } catch (error) {
      failed = { error }
    } finally {
      await writer.close()
    }
  }
  const writing = write()
  yield* out
  await writing
  if (failed) throw failed.error
}
