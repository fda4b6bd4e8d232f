import type { Lock } from '@tus/server'
import type { Request, Response } from 'express'
import type { Checksum } from '../../content/uploads/checked-part.js'
import { readUploadLink, type UploadLink } from '../../content/uploads/upload-link.js'
import type { AppContext, RequestContext } from '../../context.js'
import { NotSignedInError } from '../../errors.js'
import { contextFor, createRequestContext } from '../request-context.js'

/** One request to /uploads, of a known account, about one upload. */
export interface UploadCall {
  ctx: RequestContext
  id: string
  /** Null: the caller has a session. */
  link: UploadLink | null
  /** The upload's own address for this caller. */
  address: string
  checksum: Checksum | null
  /** The body, as far as so many bytes. */
  body(maxBytes: number): AsyncIterable<Uint8Array>
  /** Against other requests about the same upload. */
  lock: Lock
}

/** Who calls: the account of a session, or that of an upload link. Throws UnauthenticatedError, NotSignedInError. */
export async function callerOf(
  app: AppContext,
  req: Request,
  res: Response,
): Promise<Pick<UploadCall, 'ctx' | 'link'>> {
  const { link: text } = req.query
  if (typeof text === 'string') {
    const link = await readUploadLink(app, text)
    return { ctx: contextFor(app, res, link.account, { deadline: false }), link }
  }
  const ctx = await createRequestContext(app, req, res, { deadline: false })
  if (!ctx.viewer) throw new NotSignedInError()
  return { ctx, link: null }
}
