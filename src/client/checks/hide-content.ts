import type { Expectation } from '../check-draft.js'
import type { ContentSeen } from '../seen.js'
import { expectedFields, expectedPost } from './post.js'

/** An edit that hides that very post, and says which content it was. */
export function expectHideContent(
  { postHash, title, policy, manifestCid }: ContentSeen,
  now: number,
): Expectation {
  const extraData = expectedFields({ title, policy: policy.text, manifestCid })
  return {
    asked: `hide the content ${postHash}`,
    effects: ({ metadata }) => ({
      outputs: [],
      metadata: expectedPost(metadata, { edits: postHash, body: new Uint8Array(), isHidden: true, now }),
      extraData,
    }),
  }
}
