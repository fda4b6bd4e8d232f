import { jwtVerify, SignJWT } from 'jose'
import type { AppContext } from '../context.js'
import { type PublicKey, parsePublicKey } from '../deso/keys.js'
import { UnauthenticatedError } from './errors.js'

export interface Session {
  /** A bearer token: a JWT (HS256) that any gateway of the same seed and PUBLIC_URL takes. */
  accessToken: string
  expiresAt: Date
  publicKey: PublicKey
}

type Gateway = Pick<AppContext, 'config' | 'identity' | 'clock'>

const ALGORITHM = 'HS256'

export async function createSession(app: Gateway, publicKey: PublicKey): Promise<Session> {
  const issuedAt = Math.floor(app.clock.now() / 1000)
  const expiresAt = issuedAt + app.config.sessions.sessionSeconds
  const { publicUrl } = app.config.server
  const accessToken = await new SignJWT()
    .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
    .setIssuer(publicUrl)
    .setAudience(publicUrl)
    .setSubject(publicKey)
    .setIssuedAt(issuedAt)
    .setExpirationTime(expiresAt)
    .sign(secretOf(app))
  return { accessToken, expiresAt: new Date(expiresAt * 1000), publicKey }
}

/** Whose session a token is, by this gateway's clock. Throws UnauthenticatedError for any fault in it. */
export async function verifySession(app: Gateway, token: string): Promise<PublicKey> {
  return (await readSession(app, token)).publicKey
}

/** The same, with the end of the session. */
export async function readSession(app: Gateway, token: string): Promise<Omit<Session, 'accessToken'>> {
  const { publicUrl } = app.config.server
  try {
    const { payload } = await jwtVerify(token, secretOf(app), {
      algorithms: [ALGORITHM],
      issuer: publicUrl,
      audience: publicUrl,
      requiredClaims: ['sub', 'iat', 'exp'],
      currentDate: new Date(app.clock.now()),
    })
    const publicKey = parsePublicKey(payload.sub ?? '', app.config.deso.network)
    return { publicKey, expiresAt: new Date((payload.exp ?? 0) * 1000) }
  } catch (cause) {
    throw new UnauthenticatedError(undefined, cause)
  }
}

function secretOf({ identity }: Gateway): Uint8Array {
  return identity.secret('session')
}
