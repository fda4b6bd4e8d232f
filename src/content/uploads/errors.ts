import { GatewayError, InvalidInputError } from '../../errors.js'

/** Unknown, another account's, expired or published: who asks learns no more. */
export class NoSuchUploadError extends InvalidInputError {
  constructor(path?: readonly string[]) {
    super('There is no such upload: it was never begun, is over, or its bytes are published.', path)
  }
}

/** An account has so many uploads open that it must end one first. */
export class TooManyUploadsError extends GatewayError {
  constructor(readonly limit: number) {
    super('UPLOAD_TOO_LARGE', `At most ${limit} uploads may be open: publish or delete some, or wait.`)
  }
}
