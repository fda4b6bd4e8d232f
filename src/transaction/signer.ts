import type { RequestContext } from '../context.js'
import type { PublicKey } from '../deso/keys.js'
import { NotSignedInError } from '../errors.js'

/** Whose transaction it will be: as given, else the viewer. Anybody may have a draft made for any signer. */
export function signerOf(
  ctx: Pick<RequestContext, 'viewer'>,
  given: PublicKey | null | undefined,
): PublicKey {
  const signer = given ?? ctx.viewer
  if (signer === null) throw new NotSignedInError('Sign in, or say who is to sign.')
  return signer
}
