import { randomBytes } from 'node:crypto'
import type { RequestContext } from '../context.js'
import type { PublicKey } from '../deso/keys.js'
import { writeChallenge } from './challenge.js'

/** A text to sign with the account's key; it works once, until it expires. Nothing is kept of it until it is used. */
export async function createChallenge(
  { app }: RequestContext,
  publicKey: PublicKey,
): Promise<{ challenge: string; expiresAt: Date }> {
  const issuedAt = new Date(app.clock.now())
  const expiresAt = new Date(issuedAt.getTime() + app.config.sessions.challengeSeconds * 1000)
  const random = randomBytes(16).toString('hex')
  return { challenge: writeChallenge(app, { publicKey, random, issuedAt, expiresAt }), expiresAt }
}
