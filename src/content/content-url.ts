import { jwtVerify, SignJWT } from 'jose'
import { decideAccess } from '../access/decide.js'
import { once } from '../access/reads.js'
import { UnauthenticatedError } from '../account/errors.js'
import type { AppContext, RequestContext } from '../context.js'
import { type PublicKey, parsePublicKey } from '../deso/keys.js'
import { type Content, type ContentFile, isPublic } from './content.js'

/**
 * Where a file's bytes are served to the viewer: the plain route for a public content; for a gated one with a signed
 * link that names the viewer and the content, so that players need no header. Null where the viewer has no access.
 * The link never grants: each request asks for access anew.
 */
export async function contentUrl(
  ctx: RequestContext,
  content: Content,
  file: Pick<ContentFile, 'index'>,
): Promise<string | null> {
  const base = `${ctx.app.config.server.publicUrl}/content/${content.postHash}/${file.index}`
  if (isPublic(content)) return base
  if (!ctx.viewer) return null
  const { viewer } = ctx
  const decision = await decideAccess(ctx, content, viewer)
  if (!decision.granted) return null
  const link = await once(ctx, `link:${content.postHash}`, () => signLink(ctx.app, content.postHash, viewer))
  return `${base}?link=${link}`
}

async function signLink(app: AppContext, postHash: string, viewer: PublicKey): Promise<string> {
  const now = Math.floor(app.clock.now() / 1000)
  return new SignJWT()
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(viewer)
    .setAudience(audienceOf(postHash))
    .setIssuedAt(now)
    .setExpirationTime(now + app.config.sessions.linkSeconds)
    .sign(app.identity.secret('content-link'))
}

/** Whom a link names. Throws UnauthenticatedError for one that is expired, forged, or of another content. */
export async function verifyLink(app: AppContext, link: string, postHash: string): Promise<PublicKey> {
  try {
    const { payload } = await jwtVerify(link, app.identity.secret('content-link'), {
      algorithms: ['HS256'],
      audience: audienceOf(postHash),
      requiredClaims: ['sub', 'exp'],
      currentDate: new Date(app.clock.now()),
    })
    return parsePublicKey(payload.sub ?? '', app.config.deso.network)
  } catch (cause) {
    throw new UnauthenticatedError('This link is expired or not of this content: ask for a new one.', {
      cause,
    })
  }
}

function audienceOf(postHash: string): string {
  return `content:${postHash}`
}
