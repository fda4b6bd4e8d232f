import { InvalidInputError } from '../errors.js'
import { parseSlug } from '../protocol/slug.js'

/** Runs a check of the protocol, and says where in the API's input the fault lies. */
export function inInput<T>(check: () => T): T {
  try {
    return check()
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    throw new InvalidInputError(error.message, ['input', ...(error.path ?? [])], error)
  }
}

/** Throws InvalidInputError for what is no slug; `field` names it in the input. */
export function checkSlug(slug: string, field: string): void {
  if (parseSlug(slug) === null) {
    throw new InvalidInputError('A slug is 1 to 64 of a-z, 0-9 and -.', ['input', field])
  }
}
