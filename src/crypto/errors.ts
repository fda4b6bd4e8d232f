import { GatewayError } from '../errors.js'

/** Ciphertext that is not what its key, its associated data and its stated size say: damaged, cut, swapped or foreign. */
export class DecryptionError extends GatewayError {
  constructor(message: string, cause?: unknown) {
    super('STORAGE_UNAVAILABLE', message, { cause })
  }
}

/** A wrapped key that this private key does not open, or that was wrapped for another creator's content. */
export class KeyUnwrapError extends GatewayError {
  constructor(message: string, cause?: unknown) {
    super('CONTENT_NOT_FOUND', message, { cause })
  }
}
