import { toHex } from '../go/hex.js'
import type { GoJson } from '../go/json-write.js'
import type { PostEntry } from '../ledger/entries.js'
import type { ChainView } from '../node-view.js'
import { postJson } from './post.js'
import { profileJson } from './profile.js'

/** What stands around a post: the posts above it, the comments below (backend routes/post.go, GetSinglePost). */
const MAX_PARENTS = 100

/** All posts above a comment, root first. */
export function parentsJson(chain: ChainView, post: PostEntry, reader: string | undefined): GoJson {
  return parentsOf(chain, post).map((parent) => relatedJson(chain, parent, reader))
}

function parentsOf(chain: ChainView, post: PostEntry): PostEntry[] {
  const parents: PostEntry[] = []
  let current: PostEntry | undefined = post
  while (current?.parentStakeId.length === 32 && parents.length < MAX_PARENTS) {
    current = chain.ledger.post(toHex(current.parentStakeId))
    if (current) parents.unshift(current)
  }
  return parents
}

export interface Thread {
  offset: number
  limit: number
  levels: number
  leaves: number
  reader: string | undefined
}

/** Null where there are none; deeper levels show as many leaves as asked for. */
export function commentsJson(
  chain: ChainView,
  post: PostEntry,
  { offset, limit, levels, leaves, reader }: Thread,
): GoJson {
  const comments = chain.ledger
    .commentsOn(post.hash)
    .filter(({ isHidden }) => !isHidden)
    .reverse()
    .slice(offset, offset + limit)
  if (comments.length === 0) return null
  const deeper = { offset: 0, limit: leaves, levels: levels - 1, leaves, reader }
  return comments.map((comment) =>
    relatedJson(chain, comment, reader, levels > 1 ? commentsJson(chain, comment, deeper) : null),
  )
}

function relatedJson(
  chain: ChainView,
  post: PostEntry,
  reader: string | undefined,
  comments: GoJson = null,
): GoJson {
  return postJson(chain, post, { profile: posterJson(chain, post), reader, showsReaderState: true, comments })
}

/** The profile of who wrote a post. */
export function posterJson(chain: ChainView, post: PostEntry): GoJson {
  return profileJson(chain.ledger, chain.ledger.profile(post.poster))
}
