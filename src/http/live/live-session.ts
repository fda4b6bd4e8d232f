import { UnauthenticatedError } from '../../account/errors.js'
import { readSession } from '../../account/session.js'
import type { AppContext } from '../../context.js'
import type { PublicKey } from '../../deso/keys.js'
import { bearerToken } from '../request-context.js'

/** Who watches over a connection, and until when. */
export interface LiveSession {
  viewer: PublicKey | null
  /** Milliseconds since the epoch; null: nobody is signed in, so nothing ends. */
  expiresAt: number | null
}

export const ANONYMOUS: LiveSession = { viewer: null, expiresAt: null }

/** By an Authorization header. Throws UnauthenticatedError for a bad or expired token. */
export async function openSession(app: AppContext, authorization: string | undefined): Promise<LiveSession> {
  if (authorization === undefined) return ANONYMOUS
  const { publicKey, expiresAt } = await readSession(app, bearerToken(authorization))
  return { viewer: publicKey, expiresAt: expiresAt.getTime() }
}

/** What a WebSocket client sends first: browsers can set no header. Null: nothing about who it is. */
export function authorizationIn(connectionParams: Readonly<Record<string, unknown>> = {}): string | null {
  const entry = Object.entries(connectionParams).find(([name]) => name.toLowerCase() === 'authorization')
  const value = entry?.[1]
  if (value === undefined || value === null) return null
  if (typeof value === 'string') return value
  throw new UnauthenticatedError('connectionParams.authorization: send `Bearer <access token>` as text.')
}
