import { GatewayError, InvalidInputError, UploadTooLargeError } from '../../errors.js'

/** Unknown, another account's, expired or published: who asks learns no more. */
export class NoSuchUploadError extends InvalidInputError {
  constructor(path?: readonly string[]) {
    super('There is no such upload: it was never begun, is over, or its bytes are published.', path)
  }
}

/** An account has so many uploads open that it must end one first. */
export class TooManyUploadsError extends UploadTooLargeError {
  constructor(limit: number) {
    super(BigInt(limit), `At most ${limit} uploads may be open: publish or delete some, or wait.`)
  }
}

/** A link whose time is over, or that has been used. */
export class LinkOverError extends GatewayError {
  constructor(message: string) {
    super('NOT_ALLOWED', message)
  }
}

/** A link for files of another type. */
export class LinkTypeError extends InvalidInputError {}
