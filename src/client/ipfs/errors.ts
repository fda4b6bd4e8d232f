import { ClientError } from '../errors.js'

/** No IPFS gateway gave the block: not reached, a deadline, a refusal, or bytes that are not the block. */
export class IpfsBlockError extends ClientError {
  readonly code = 'IPFS_BLOCK_UNAVAILABLE'
  readonly retryable = true

  constructor(
    /** CID of the block. */
    readonly cid: string,
    reason: string,
    cause?: unknown,
  ) {
    super(`The block ${cid} was not had: ${reason}`, cause)
  }
}

/** The bytes are not what manifest, key and sizes say: damaged, cut, another file's, or no file at all. */
export class FileDamagedError extends ClientError {
  readonly code = 'FILE_DAMAGED'
  readonly retryable = false
}

/** There is no key, or none that opens this very file. */
export class NoFileKeyError extends ClientError {
  readonly code = 'NO_FILE_KEY'
  readonly retryable = false
}
