import type { RequestContext } from '../context.js'
import type { PublicKey } from '../deso/keys.js'
import { GatewayError } from '../errors.js'
import type { Content } from './content.js'
import { ContentNotFoundError } from './errors.js'
import { getContent } from './get-content.js'

/** The content as the node shows it, to be changed by its creator. Throws ContentNotFoundError, or NOT_ALLOWED. */
export async function ownContent(
  ctx: RequestContext,
  postHash: string,
  account: PublicKey,
): Promise<Content> {
  const content = await getContent(ctx, postHash)
  if (!content) throw new ContentNotFoundError()
  if (content.creator === account) return content
  throw new GatewayError('NOT_ALLOWED', 'Only its creator can change or hide a content.')
}
