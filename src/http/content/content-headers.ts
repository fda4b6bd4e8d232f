import { create as contentDisposition } from 'content-disposition'
import { isMediaType } from '../../content/media-type.js'
import type { OpenedFile } from '../../content/open-file.js'

/** A browser would run these as a page of this origin. */
const PAGE_TYPES = /html|svg|xml|xsl|mathml/i

/** Nothing here may act as a page of the gateway's origin, and no cache may keep what is gated. */
export function contentHeaders({ file, isGated }: OpenedFile): Record<string, string> {
  const name = file.name.slice(file.name.lastIndexOf('/') + 1)
  const isPage = PAGE_TYPES.test(file.mediaType) || PAGE_TYPES.test(name.split('.').at(-1) ?? '')
  return {
    'content-type': isMediaType(file.mediaType) ? file.mediaType : 'application/octet-stream',
    'content-disposition': disposition(isPage ? 'attachment' : 'inline', name),
    'accept-ranges': 'bytes',
    'cache-control': isGated ? 'private, no-store' : 'public, max-age=300',
    ...(isGated && { vary: 'Authorization' }),
    'content-security-policy':
      "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'cross-origin',
  }
}

/** RFC 6266, with the name quoted even where it need not be: not all readers know it otherwise. */
function disposition(type: string, name: string): string {
  return contentDisposition(name, { type }).replace(/; filename=([^";]+)/, '; filename="$1"')
}
