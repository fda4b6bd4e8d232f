import { verifyDigest } from '../deso/signature.js'
import { SignerFaultError } from './errors.js'
import type { Signer } from './signer.js'

/** The signer's signature of what has been checked. Throws SignerFaultError for one that the chain would not take. */
export async function signChecked(signer: Signer, digest: Uint8Array): Promise<Uint8Array> {
  const signature = await signer.signDigest(digest)
  if (!verifyDigest(digest, signature, signer.publicKey33)) {
    throw new SignerFaultError(
      'The signer gave no valid signature of its key: canonical DER with low S is needed.',
    )
  }
  return signature
}
