import type { RequestContext } from '../../context.js'
import { type PublicKey, parsePublicKey } from '../../deso/keys.js'
import { parseSlug } from '../../protocol/slug.js'
import { badInput } from '../errors/bad-input.js'
import { decodeGlobalId } from '../relay/global-id.js'

/** Every part of an id is validated: an id is input. */
export function planKey(ctx: RequestContext, id: string): { creator: PublicKey; slug: string } {
  const [creator = '', slug = ''] = decodeGlobalId(id, 'Plan').parts
  return { creator: keyOf(ctx, creator), slug: slugOf(slug) }
}

export function keyOf(ctx: RequestContext, text: string): PublicKey {
  try {
    return parsePublicKey(text, ctx.app.config.deso.network)
  } catch {
    throw badInput('Not an id of this gateway: it names no key of this network.')
  }
}

export function slugOf(text: string): string {
  const slug = parseSlug(text)
  if (slug === null) throw badInput('Not an id of this gateway: it names no plan.')
  return slug
}

export function hashOf(text: string): string {
  if (!/^[0-9a-f]{64}$/.test(text)) throw badInput('Not an id of this gateway: it names no transaction.')
  return text
}
