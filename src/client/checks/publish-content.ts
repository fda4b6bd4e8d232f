import { contentBody } from '../../protocol/content-post.js'
import type { Expectation } from '../check-draft.js'
import { expectedFields, expectedPost } from './post.js'

export interface ContentAnnouncement {
  title: string
  teaser: string
  policy: string
  /** As the gateway answered it beside the draft. */
  manifestCid: string
  /** Milliseconds since the epoch. */
  now: number
}

/** A new post that announces the content, and nothing else. Throws InvalidInputError for a title or policy that does not hold. */
export function expectPublishContent(content: ContentAnnouncement): Expectation {
  const { title, teaser, policy, manifestCid, now } = content
  const extraData = expectedFields(content)
  return {
    asked: `publish ${JSON.stringify(title)}, open to ${policy}, with the manifest ${manifestCid}`,
    effects: ({ metadata }) => ({
      outputs: [],
      metadata: expectedPost(metadata, { edits: null, body: contentBody(teaser), isHidden: false, now }),
      extraData,
    }),
  }
}
