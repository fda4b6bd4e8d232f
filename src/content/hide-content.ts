import type { RequestContext } from '../context.js'
import type { PublicKey } from '../deso/keys.js'
import { contentExtraData } from '../protocol/content-post.js'
import { createDraft } from '../transaction/draft.js'
import type { Draft, DraftParts } from '../transaction/draft-request.js'
import { signerOf } from '../transaction/signer.js'
import { postMetadata } from './draft-post.js'
import { ownContent } from './own-content.js'

export interface HideContentInput {
  postHash: string
  signer?: PublicKey | null
  idempotencyKey: string
}

/**
 * Drafts the edit that hides a content's post: from when the node shows it, the content is in no list and its bytes are
 * served to nobody; once committed, the pins that nothing else needs go. Throws ContentNotFoundError, NOT_ALLOWED for
 * anybody but the creator, NotSignedInError, and what createDraft throws.
 */
export async function hideContent(
  ctx: RequestContext,
  { postHash, signer: given, idempotencyKey }: HideContentInput,
): Promise<Draft> {
  const signer = signerOf(ctx, given)
  return createDraft(ctx, {
    operation: 'hideContent',
    input: { postHash },
    signer,
    idempotencyKey,
    kind: 'HIDE_CONTENT',
    build: () => hidingParts(ctx, postHash, signer),
    // Nothing to hold; but its block is awaited, as pins go by it.
    secure: (placed) => ctx.app.pins.await({ creator: signer, postHash, manifest: null }, placed, ctx.signal),
  })
}

/** Says what it hides: whoever reads the transaction alone knows it for a content's. */
async function hidingParts(ctx: RequestContext, postHash: string, signer: PublicKey): Promise<DraftParts> {
  const content = await ownContent(ctx, postHash, signer)
  return {
    outputs: [],
    metadata: postMetadata(ctx, {
      postHashToModify: Uint8Array.from(Buffer.from(postHash, 'hex')),
      // An empty body leaves the teaser as it is.
      body: new Uint8Array(0),
      isHidden: true,
    }),
    extraData: contentExtraData(content),
  }
}
