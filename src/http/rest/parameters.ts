import type { Request } from 'express'
import { type Network, parsePublicKey } from '../../deso/keys.js'
import { encodeGlobalId } from '../../graphql/relay/global-id.js'
import { parseSlug } from '../../protocol/slug.js'
import { HttpError } from '../http-error.js'

type Query = Request['query']

/** One parameter of the address; undefined where it is not given. Throws HttpError for one that is given twice. */
export function param(query: Query, name: string): string | undefined {
  const value = query[name]
  if (value === undefined || typeof value === 'string') return value
  throw badInput(`${name}: give it once.`)
}

/** What access is asked for: by global ids, or by the natural keys, which become such. Throws HttpError. */
export function accessTarget(query: Query, network: Network): { content?: string; plan?: string } {
  const given = ['content', 'plan', 'postHash', 'creator', 'slug'].filter(
    (name) => param(query, name) !== undefined,
  )
  const value = (name: string) => param(query, name) ?? ''
  switch (given.join(' ')) {
    case 'content':
      return { content: value('content') }
    case 'plan':
      return { plan: value('plan') }
    case 'postHash':
      checkPostHash(value('postHash'))
      return { content: encodeGlobalId('Content', value('postHash')) }
    case 'creator slug':
      checkPlan(value('creator'), value('slug'), network)
      return { plan: encodeGlobalId('Plan', value('creator'), value('slug')) }
    default:
      throw badInput('Give exactly one of content, plan, postHash, or creator with slug.')
  }
}

export function checkPostHash(text: string): void {
  if (!/^[0-9a-f]{64}$/.test(text)) throw badInput('postHash: write 64 lower-case hex digits.')
}

function checkPlan(creator: string, slug: string, network: Network): void {
  try {
    parsePublicKey(creator, network)
  } catch (error) {
    throw badInput(`creator: ${(error as Error).message}`)
  }
  if (parseSlug(slug) === null) throw badInput('slug: write 1 to 64 of the characters a-z, 0-9 and -.')
}

export function badInput(message: string): HttpError {
  return new HttpError(400, 'BAD_USER_INPUT', message)
}
