import { expectHideContent } from '../checks/hide-content.js'
import { type ActionOptions, type Executed, execute } from '../execute.js'
import { HideContentDocument } from '../generated.js'
import type { ContentSeen } from '../seen.js'
import type { SessionClient } from '../sign-in.js'

export interface HideContentOptions extends ActionOptions {
  /** As its creator saw it. */
  content: ContentSeen
}

/**
 * Unpublishes a content of the signer's: nobody gets its bytes from the gateway any more. What somebody has kept cannot be
 * taken back.
 *
 * @example
 * await hideContent(session, { content })
 */
export function hideContent(session: SessionClient, options: HideContentOptions): Promise<Executed> {
  const { postHash } = options.content
  return execute(
    session,
    {
      async draft(idempotencyKey) {
        const input = { postHash, signer: session.publicKey, idempotencyKey }
        return (await session.request(HideContentDocument, { input }, options)).hideContent
      },
      expect: () => expectHideContent(options.content, Date.now()),
    },
    options,
  )
}
