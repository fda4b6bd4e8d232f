import { CID } from 'multiformats/cid'
import type { RequestContext } from '../context.js'
import type { PublicKey } from '../deso/keys.js'
import type { SubmitPost } from '../deso/transaction.js'
import { createDraft } from '../transaction/draft.js'
import type { Draft, DraftParts, DraftRequest, PlacedDraft } from '../transaction/draft-request.js'
import type { ContentFile } from './content.js'
import { filesOf } from './load-files.js'
import { loadManifest } from './load-manifest.js'

export interface Published {
  /** The post that publishes: nothing is public before it is signed and submitted. */
  draft: Draft
  manifestCid: CID
  files: ContentFile[]
}

/** A post that names a manifest, new or an edit. */
export interface PostRequest extends Pick<DraftRequest, 'operation' | 'input' | 'idempotencyKey' | 'kind'> {
  creator: PublicKey
  /** The post that it edits; null: it is a new one. */
  postHash: string | null
  title: string
  stored: CID
  build(): Promise<DraftParts> | DraftParts
}

/** What DeSo's own nodes write; the chain refuses a post without a stake multiple. */
const CREATOR_BASIS_POINTS = 1_000n
const STAKE_MULTIPLE_BASIS_POINTS = 12_500n

/** Drafts a post whose manifest is stored; that is held from here on for as long as some block may take the draft. */
export async function draftPost(ctx: RequestContext, request: PostRequest): Promise<Published> {
  const { operation, input, idempotencyKey, kind, creator, postHash, title, stored } = request
  const { pins } = ctx.app
  let placed: PlacedDraft | null = null
  const draft = await createDraft(ctx, {
    operation,
    input,
    signer: creator,
    idempotencyKey,
    kind,
    build: async () => ({ ...(await request.build()), attachment: stored.toString() }),
    async secure(place) {
      placed = place
      await pins.await({ creator, postHash, manifest: { cid: stored, title } }, place, ctx.signal)
    },
  })
  // Of two uploads of one key at once, the first to be drafted is the one.
  const cid = CID.parse(String(draft.attachment))
  if (placed && !cid.equals(stored)) {
    // What stays by a failure goes when no block can take it any more.
    await pins.abandon((placed as PlacedDraft).sendingKey, stored).catch((err: unknown) => {
      ctx.app.log.warn({ err }, 'a replaced upload is held until its draft expires')
    })
  }
  const manifest = await loadManifest(ctx, { manifestCid: cid, creator })
  return { draft, manifestCid: cid, files: manifest ? filesOf(manifest) : [] }
}

/** A post of these; the rest of it is the same for all. */
export function postMetadata(
  ctx: RequestContext,
  post: Pick<SubmitPost, 'postHashToModify' | 'body' | 'isHidden'>,
): SubmitPost {
  return {
    type: 'SUBMIT_POST',
    parentStakeId: new Uint8Array(0),
    creatorBasisPoints: CREATOR_BASIS_POINTS,
    stakeMultipleBasisPoints: STAKE_MULTIPLE_BASIS_POINTS,
    timestampNanos: BigInt(ctx.app.clock.now()) * 1_000_000n,
    ...post,
  }
}
