import type { RequestContext } from '../context.js'
import { NodeUnavailableError, StorageUnavailableError } from '../errors.js'
import { getTransaction } from './status.js'
import type { SubmitResult, TransactionView } from './view.js'

const POLL_MS = 150

/** Waits until it is no longer PENDING, or until `limits.commitWaitSeconds` have passed: then it is PENDING still. */
export async function awaitCommit(ctx: RequestContext, result: SubmitResult): Promise<SubmitResult> {
  const { clock, config } = ctx.app
  const deadline = clock.now() + config.limits.commitWaitSeconds * 1000
  let last = result
  while (last.transaction?.status === 'PENDING' && clock.now() < deadline) {
    await clock.sleep(POLL_MS, ctx.signal)
    const transaction = await look(ctx, last.transaction)
    if (transaction.status !== 'PENDING') last = { ...last, transaction, errors: [] }
  }
  return last
}

/** A node or state that does not answer for a moment is asked again. */
async function look(ctx: RequestContext, before: TransactionView): Promise<TransactionView> {
  try {
    return await getTransaction(ctx, before.id)
  } catch (error) {
    if (error instanceof NodeUnavailableError || error instanceof StorageUnavailableError) return before
    throw error
  }
}
