import type { RequestContext } from '../context.js'
import { publicKeyToBytes } from '../deso/keys.js'
import { sha256d, verifyDigest } from '../deso/signature.js'
import { type Challenge, readChallenge } from './challenge.js'
import { InvalidChallengeError } from './errors.js'
import { createSession, type Session } from './session.js'

export interface SignedChallenge {
  /** The text, exactly as it was given. */
  challenge: string
  /** DER ECDSA (canonical, low S) over sha256d of the UTF-8 text. */
  signatureHex: string
}

/** A session for the account that signed the challenge. Throws InvalidChallengeError, whatever is wrong. */
export async function signIn(
  ctx: RequestContext,
  { challenge: text, signatureHex }: SignedChallenge,
): Promise<Session> {
  const challenge = readChallenge(ctx.app, text)
  const isValid = challenge && isCurrent(ctx, challenge) && isSigned(text, signatureHex, challenge)
  // Used up last, so that nobody but the signer can use up a challenge.
  if (!isValid || !(await useUp(ctx, challenge))) throw new InvalidChallengeError()
  return createSession(ctx.app, challenge.publicKey)
}

function isCurrent(ctx: RequestContext, { issuedAt, expiresAt }: Challenge): boolean {
  const now = ctx.app.clock.now()
  return issuedAt.getTime() <= now && now < expiresAt.getTime()
}

function isSigned(text: string, signatureHex: string, { publicKey }: Challenge): boolean {
  const signature = Uint8Array.from(Buffer.from(signatureHex, 'hex'))
  if (signature.length * 2 !== signatureHex.length) return false
  return verifyDigest(sha256d(new TextEncoder().encode(text)), signature, publicKeyToBytes(publicKey))
}

/** Longer than a challenge lasts, so that one used in its last moment is not forgotten within it. */
const KEPT_BEYOND_MS = 60_000

/** Durable, so that not even a restart lets a challenge work twice. False: it was used before. */
async function useUp({ app }: RequestContext, { random, expiresAt }: Challenge): Promise<boolean> {
  const { inserted } = await app.state.insert(`challenge:${random}`, '', expiresAt.getTime() + KEPT_BEYOND_MS)
  return inserted
}
