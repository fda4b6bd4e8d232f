import { create as contentDisposition } from 'content-disposition'
import { isMediaType, UNKNOWN_TYPE } from '../../content/media-type.js'
import type { OpenedFile } from '../../content/open-file.js'
import type { SavingOptions } from './saving-options.js'

/** A browser would run these as a page of this origin. */
const PAGE_TYPES = /html|svg|xml|xsl|mathml/i

/** Nothing here may act as a page of the gateway's origin, and no cache may keep what is gated. `type`: as it is served. */
export function contentHeaders(
  { file, isGated }: OpenedFile,
  type: string,
  { isDownload, filename }: SavingOptions,
): Record<string, string> {
  const name = file.name.slice(file.name.lastIndexOf('/') + 1)
  const isPage = [type, file.mediaType, name.split('.').at(-1) ?? ''].some((each) => PAGE_TYPES.test(each))
  return {
    'content-type': isMediaType(type) ? type : UNKNOWN_TYPE,
    'content-disposition': disposition(isPage || isDownload ? 'attachment' : 'inline', filename ?? name),
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
