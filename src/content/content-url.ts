import { jwtVerify, SignJWT } from 'jose'
import { decideAccess } from '../access/decide.js'
import { once } from '../access/reads.js'
import { UnauthenticatedError } from '../account/errors.js'
import type { AppContext, RequestContext } from '../context.js'
import { type PublicKey, parsePublicKey } from '../deso/keys.js'
import { type Content, type ContentFile, isPublic } from './content.js'

/**
 * Where a content is a folder: its files' paths, relative to this, are their addresses, so that players and pages find
 * what a playlist links. A gated content's address holds a signed link that names the viewer and the content, since
 * players send no header and drop the query. Null where the viewer has no access. A link never grants: each request
 * asks for access anew.
 */
export async function contentBaseUrl(ctx: RequestContext, content: Content): Promise<string | null> {
  const link = await linkOf(ctx, content)
  if (link === null) return null
  return `${rootOf(ctx, content)}${link && `~${link}/`}`
}

/**
 * Where a file's bytes are served to the viewer; null where the viewer has no access. The files of a folder stand at their
 * paths below the base address, others at their index.
 */
export async function contentUrl(
  ctx: RequestContext,
  content: Content,
  { index, name, isInFolder }: Pick<ContentFile, 'index' | 'name' | 'isInFolder'>,
): Promise<string | null> {
  if (isInFolder) {
    const base = await contentBaseUrl(ctx, content)
    return base && `${base}${isIndex(name) ? index : encodePath(name)}`
  }
  const link = await linkOf(ctx, content)
  return link === null ? null : `${rootOf(ctx, content)}${index}${link && `?link=${link}`}`
}

/** Digits alone are an index wherever they are asked for. */
function isIndex(name: string): boolean {
  return /^[0-9]+$/.test(name)
}

function rootOf({ app }: RequestContext, { postHash }: Content): string {
  return `${app.config.server.publicUrl}/content/${postHash}/`
}

/** A `~` at the start would look like a link. */
function encodePath(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/').replace(/^~/, '%7E')
}

/** Empty: none is needed; null: the viewer has no access. */
async function linkOf(ctx: RequestContext, content: Content): Promise<string | null> {
  const { viewer } = ctx
  if (isPublic(content)) return ''
  if (!viewer || !(await decideAccess(ctx, content, viewer)).granted) return null
  return once(ctx, `link:${content.postHash}`, () => signLink(ctx.app, content.postHash, viewer))
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
