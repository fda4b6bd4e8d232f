import type { CID } from 'multiformats/cid'
import { GatewayError, StorageUnavailableError } from '../errors.js'

/** A block that this store does not have (it may come: another gateway's upload, a pin under way). */
export class NotFoundInStoreError extends StorageUnavailableError {
  constructor(readonly cid: CID) {
    super(`The IPFS store does not have the block ${cid}.`)
  }
}

/** Blocks that are there but are not what they claim: no file, sizes that do not add up, a foreign codec or hash. */
export class InvalidDagError extends GatewayError {
  constructor(message: string, cause?: unknown) {
    super('CONTENT_NOT_FOUND', message, { cause })
  }
}
