import type { CID } from 'multiformats/cid'
import { GatewayError, StorageFullError, StorageUnavailableError } from '../../errors.js'
import { NotFoundInStoreError } from '../errors.js'

/** What Kubo (0.42, 0.43) answers when it cannot do what was asked: its words, wherever they stood. */
export class KuboRefusal extends Error {
  override readonly name = 'KuboRefusal'

  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message.trim().slice(0, 500))
  }
}

/**
 * Whatever went wrong in a call as the error of this room; the only place that matches Kubo's texts. `cid`: the block or
 * root that was asked for, where one was.
 */
export function storageFault(error: unknown, cid?: CID): GatewayError {
  if (error instanceof GatewayError) return error
  const text = textOf(error)
  if (/no space left on device|disk quota exceeded|not enough space/i.test(text)) {
    return new StorageFullError('The disk of the Kubo node is full.', error)
  }
  if (cid && isMissingText(text)) return new NotFoundInStoreError(cid)
  if (isRefusal(error)) return new StorageUnavailableError('The Kubo node refused the call.', error)
  return new StorageUnavailableError('The Kubo node cannot be reached, or broke off its answer.', error)
}

export function isNotPinned(error: unknown): boolean {
  return /not pinned/i.test(textOf(error))
}

/** The node itself fails, rather than one block of it. */
export function isNodeFault(error: unknown): boolean {
  return error instanceof StorageUnavailableError && !(error instanceof NotFoundInStoreError)
}

function isMissingText(text: string): boolean {
  return /could not find|not found|failed to fetch all nodes/i.test(text)
}

/** kubo-rpc-client's HTTPError carries the response. */
function isRefusal(error: unknown): boolean {
  return error instanceof KuboRefusal || (error instanceof Error && error.name === 'HTTPError')
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
