import { CID } from 'multiformats/cid'
import type { RequestContext } from '../context.js'
import { type PublicKey, publicKeyToBytes } from '../deso/keys.js'
import type { SubmitPost } from '../deso/transaction.js'
import { NotSignedInError } from '../errors.js'
import { contentBody, contentExtraData } from '../protocol/content-post.js'
import { encodeManifest, manifestCid } from '../protocol/manifest.js'
import type { Policy } from '../protocol/policy.js'
import { createDraft } from '../transaction/draft.js'
import type { Draft, DraftParts } from '../transaction/draft-request.js'
import { foreseeDraft } from '../transaction/foresee.js'
import { checkIdempotencyKey } from '../transaction/idempotency.js'
import { type ContentFile, isPublic } from './content.js'
import { findAtHand } from './find-at-hand.js'
import type { FoundFile, IncomingFile } from './incoming-file.js'
import { filesOf } from './load-files.js'
import { loadManifest } from './load-manifest.js'
import { checkPlans, checkTexts, type PublishInput } from './publish-input.js'
import { checkFileCount, type ReceivedFile, receiveFiles } from './receive-files.js'
import { type ContentSink, gatedSink, publicSink } from './store-content.js'
import { openQuota } from './upload-quota.js'

export interface Published {
  /** The post that publishes: nothing is public before it is signed and submitted. */
  draft: Draft
  manifestCid: CID
  files: ContentFile[]
}

/** An upload whose texts hold. */
interface Publication {
  creator: PublicKey
  input: PublishInput
  policy: Policy
}

interface Files {
  files: AsyncIterable<IncomingFile>
  atHand: readonly FoundFile[]
}

const OPERATION = 'publishContent'
/** What DeSo's own nodes write; the chain refuses a post without a stake multiple. */
const CREATOR_BASIS_POINTS = 1_000n
const STAKE_MULTIPLE_BASIS_POINTS = 12_500n

/**
 * Streams files from the connection into IPFS, encrypted unless public, and drafts the post that announces them.
 * A repeat (same key) is read and compared, not stored, and gets the first answer. Before a byte is read, all is
 * refused that can be: no session, texts, plans, funds, a key of something else.
 */
export async function publishContent(ctx: RequestContext, input: PublishInput): Promise<Published> {
  const creator = ctx.viewer
  if (!creator) throw new NotSignedInError()
  checkIdempotencyKey(input.idempotencyKey)
  const policy = checkTexts(input)
  checkFileCount(ctx, input.fileCount ?? 0)
  const publication = { creator, input, policy }
  const first = await firstAnswer(ctx, publication)
  const atHand = await findAtHand(ctx, input.atHand)
  const files = { files: input.files, atHand }
  if (first) return draftPost(ctx, publication, await digestFiles(ctx, files), first)
  await checkPlans(ctx, creator, policy)
  const creator33 = publicKeyToBytes(creator)
  return isPublic({ policy })
    ? storeFiles(ctx, publication, files, publicSink(ctx, creator33))
    : storeFiles(ctx, publication, files, gatedSink(ctx, creator33))
}

/** The manifest that this key stands for already; null: it is new. */
async function firstAnswer(ctx: RequestContext, publication: Publication): Promise<CID | null> {
  const { creator, input } = publication
  const known = await foreseeDraft(ctx, {
    operation: OPERATION,
    signer: creator,
    idempotencyKey: input.idempotencyKey,
    // Any manifest's CID is as long as the one to come.
    build: async () => postParts(ctx, publication, await manifestCid(new Uint8Array())),
  })
  return known && CID.parse(String(known.attachment))
}

/** A repeat is hashed, not stored. */
function digestFiles(ctx: RequestContext, files: Files): Promise<ReceivedFile<unknown>[]> {
  const drain = {
    isGated: false,
    async store(bytes: AsyncIterable<Uint8Array>) {
      for await (const _ of bytes);
    },
    async keep() {},
  }
  return receiveFiles(ctx, files, drain, () => {})
}

async function storeFiles<T>(
  ctx: RequestContext,
  publication: Publication,
  given: Files,
  sink: ContentSink<T>,
): Promise<Published> {
  const { creator, input } = publication
  // However long it takes: what it stores is not collected before it is pinned.
  using _stored = ctx.app.ipfs.hold?.()
  const quota = await openQuota(ctx, creator)
  try {
    const files = await receiveFiles(ctx, given, sink, quota.spend)
    const bytes = encodeManifest(sink.manifest(files))
    const cid = await manifestCid(bytes)
    await ctx.app.ipfs.putBlock(cid, bytes, { signal: ctx.signal })
    // A pin is durable: what the draft names is on disk before anybody can sign it.
    await ctx.app.ipfs.pin(cid, { signal: ctx.signal, name: `${creator}: ${input.title}` })
    quota.names(cid)
    return await draftPost(ctx, publication, files, cid)
  } finally {
    await quota.close()
  }
}

async function draftPost(
  ctx: RequestContext,
  publication: Publication,
  files: readonly ReceivedFile<unknown>[],
  stored: CID,
): Promise<Published> {
  const { creator, input, policy } = publication
  const draft = await createDraft(ctx, {
    operation: OPERATION,
    input: {
      title: input.title,
      teaser: input.teaser,
      policy: policy.text,
      files: files.map(({ name, mediaType, size, digest }) => ({ name, mediaType, size, digest })),
    },
    signer: creator,
    idempotencyKey: input.idempotencyKey,
    kind: 'PUBLISH_CONTENT',
    build: () => postParts(ctx, publication, stored),
  })
  // Of two uploads of one key at once, the first to be drafted is the one.
  const cid = CID.parse(String(draft.attachment))
  const manifest = await loadManifest(ctx, { manifestCid: cid, creator })
  return { draft, manifestCid: cid, files: manifest ? filesOf(manifest) : [] }
}

function postParts(ctx: RequestContext, { input, policy }: Publication, stored: CID): DraftParts {
  return {
    outputs: [],
    metadata: newPost(ctx, input.teaser),
    extraData: contentExtraData({ title: input.title, policy, manifestCid: stored }),
    attachment: stored.toString(),
  }
}

function newPost(ctx: RequestContext, teaser: string): SubmitPost {
  const none = new Uint8Array(0)
  return {
    type: 'SUBMIT_POST',
    postHashToModify: none,
    parentStakeId: none,
    body: contentBody(teaser),
    creatorBasisPoints: CREATOR_BASIS_POINTS,
    stakeMultipleBasisPoints: STAKE_MULTIPLE_BASIS_POINTS,
    timestampNanos: BigInt(ctx.app.clock.now()) * 1_000_000n,
    isHidden: false,
  }
}
