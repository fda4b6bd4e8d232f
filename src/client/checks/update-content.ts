import { contentBody } from '../../protocol/content-post.js'
import type { Expectation } from '../check-draft.js'
import { expectedFields, expectedPost } from './post.js'

export interface ContentEdit {
  postHash: string
  title: string
  /** Null: the teaser stays, which an empty body says. */
  teaser: string | null
  policy: string
  manifestCid: string
  /** Milliseconds since the epoch. */
  now: number
}

/** An edit of that very post which leaves it with these. Throws InvalidInputError for a title or policy that does not hold. */
export function expectUpdateContent(edit: ContentEdit): Expectation {
  const { postHash, title, teaser, policy, manifestCid, now } = edit
  const extraData = expectedFields(edit)
  const body = teaser === null ? new Uint8Array() : contentBody(teaser)
  return {
    asked: `replace the content ${postHash} by ${JSON.stringify(title)}, open to ${policy}, with the manifest ${manifestCid}`,
    effects: ({ metadata }) => ({
      outputs: [],
      metadata: expectedPost(metadata, { edits: postHash, body, isHidden: false, now }),
      extraData,
    }),
  }
}
