import { randomBytes } from 'node:crypto'
import { CompactSign, compactVerify } from 'jose'
import { UnauthenticatedError } from '../../account/errors.js'
import type { AppContext, RequestContext } from '../../context.js'
import { type PublicKey, parsePublicKey } from '../../deso/keys.js'
import { InvalidInputError, NotSignedInError, UploadTooLargeError } from '../../errors.js'
import { isMediaType } from '../media-type.js'

export interface UploadLinkInput {
  /** At most so many. */
  byteSize: bigint
  /** The only type that it takes; null: any. */
  mediaType: string | null
  /** The file's name where the upload gives none. */
  name: string | null
  expiresInSeconds: number
}

/** What a link says: one upload of this id, for the account that made the link. */
export interface UploadLink {
  account: PublicKey
  uploadId: string
  maxBytes: number
  mediaType: string | null
  name: string | null
  /** Until when an upload may be begun with it, in milliseconds since the epoch. */
  until: number
}

export const DEFAULT_LINK_SECONDS = 3_600
const MAX_LINK_SECONDS = 604_800
const MAX_NAME_BYTES = 1_024
const AUDIENCE = 'upload'
const utf8 = new TextDecoder()

/**
 * A link with which somebody else, a browser or a back end, uploads one file for the viewer, without the session. It is
 * an endpoint for tus, and takes a plain PUT. Throws NotSignedInError, InvalidInputError, UploadTooLargeError.
 */
export async function createUploadLink(
  { app, viewer }: RequestContext,
  input: UploadLinkInput,
): Promise<{ uploadId: string; url: string; expiresAt: Date }> {
  if (!viewer) throw new NotSignedInError()
  checkInput(app, input)
  const { byteSize, mediaType, name, expiresInSeconds } = input
  const uploadId = randomBytes(16).toString('hex')
  const expiresAt = Math.floor(app.clock.now() / 1000) + expiresInSeconds
  const claims = {
    aud: AUDIENCE,
    sub: viewer,
    jti: uploadId,
    max: Number(byteSize),
    exp: expiresAt,
    mediaType,
    name,
  }
  const token = await new CompactSign(Buffer.from(JSON.stringify(claims)))
    .setProtectedHeader({ alg: 'HS256' })
    .sign(secretOf(app))
  const url = `${app.config.server.publicUrl}/uploads?link=${token}`
  return { uploadId, url, expiresAt: new Date(expiresAt * 1000) }
}

/** What a link says, over or not. Throws UnauthenticatedError for one that this gateway's seed did not sign. */
export async function readUploadLink(app: AppContext, link: string): Promise<UploadLink> {
  try {
    const { payload } = await compactVerify(link, secretOf(app), { algorithms: ['HS256'] })
    const claims = JSON.parse(utf8.decode(payload))
    if (claims.aud !== AUDIENCE) throw new TypeError('of another purpose')
    return {
      account: parsePublicKey(claims.sub, app.config.deso.network),
      uploadId: claims.jti,
      maxBytes: claims.max,
      mediaType: claims.mediaType,
      name: claims.name,
      until: claims.exp * 1000,
    }
  } catch (cause) {
    throw new UnauthenticatedError('This upload link is not of this gateway: ask for a new one.', { cause })
  }
}

function checkInput(app: AppContext, { byteSize, mediaType, name, expiresInSeconds }: UploadLinkInput): void {
  const max = app.config.limits.maxFileBytes
  if (byteSize > BigInt(max)) {
    throw new UploadTooLargeError(BigInt(max), `At most ${max} bytes a file.`, ['input', 'byteSize'])
  }
  if (mediaType !== null && !isMediaType(mediaType)) {
    const path = ['input', 'mediaType']
    throw new InvalidInputError('A media type reads like video/mp4, at most 255 characters.', path)
  }
  if (name !== null && (name === '' || Buffer.byteLength(name) > MAX_NAME_BYTES)) {
    throw new InvalidInputError(`name: 1 to ${MAX_NAME_BYTES} bytes.`, ['input', 'name'])
  }
  if (!(expiresInSeconds >= 1 && expiresInSeconds <= MAX_LINK_SECONDS)) {
    throw new InvalidInputError(`expiresInSeconds: 1 to ${MAX_LINK_SECONDS}.`, ['input', 'expiresInSeconds'])
  }
}

function secretOf({ identity }: AppContext): Uint8Array {
  return identity.secret('upload-link')
}
