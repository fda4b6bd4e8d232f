import { CID } from 'multiformats/cid'
import type { RequestContext } from '../context.js'
import { type PublicKey, publicKeyToBytes } from '../deso/keys.js'
import type { SubmitPost } from '../deso/transaction.js'
import { NotSignedInError } from '../errors.js'
import { contentBody, contentExtraData } from '../protocol/content-post.js'
import { encodeManifest, manifestCid } from '../protocol/manifest.js'
import type { Policy } from '../protocol/policy.js'
import { createDraft } from '../transaction/draft.js'
import type { Draft } from '../transaction/draft-request.js'
import { draftKeyOf, loadDraft } from '../transaction/draft-store.js'
import { checkIdempotencyKey } from '../transaction/idempotency.js'
import { type ContentFile, isPublic } from './content.js'
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

const OPERATION = 'publishContent'
/** What DeSo's own nodes write; the chain refuses a post without a stake multiple. */
const CREATOR_BASIS_POINTS = 1_000n
const STAKE_MULTIPLE_BASIS_POINTS = 12_500n

/**
 * Streams files from the connection into IPFS, encrypted unless public, and drafts the post that announces them.
 * A repeat (same key) is read and compared, not stored, and gets the first answer. Nothing is read before the session
 * and the texts are checked.
 */
export async function publishContent(ctx: RequestContext, input: PublishInput): Promise<Published> {
  const creator = ctx.viewer
  if (!creator) throw new NotSignedInError()
  checkIdempotencyKey(input.idempotencyKey)
  const policy = checkTexts(input)
  checkFileCount(ctx, input.fileCount ?? 0)
  const creator33 = publicKeyToBytes(creator)
  const first = await firstAnswer(ctx, creator33, input.idempotencyKey)
  if (first) return draftPost(ctx, creator, input, policy, await digestFiles(ctx, input), first)
  await checkPlans(ctx, creator, policy)
  return isPublic({ policy })
    ? store(ctx, creator, input, policy, publicSink(ctx, creator33))
    : store(ctx, creator, input, policy, gatedSink(ctx, creator33))
}

async function store<T>(
  ctx: RequestContext,
  creator: PublicKey,
  input: PublishInput,
  policy: Policy,
  sink: ContentSink<T>,
): Promise<Published> {
  const quota = await openQuota(ctx, creator)
  try {
    const files = await receiveFiles(ctx, input.files, sink.store, quota.spend)
    const bytes = encodeManifest(sink.manifest(files))
    const cid = await manifestCid(bytes)
    await ctx.app.ipfs.putBlock(cid, bytes, { signal: ctx.signal })
    // A pin is durable: what the draft names is on disk before anybody can sign it.
    await ctx.app.ipfs.pin(cid, { signal: ctx.signal, name: `${creator}: ${input.title}` })
    quota.names(cid)
    return await draftPost(ctx, creator, input, policy, files, cid)
  } finally {
    await quota.close()
  }
}

/** The manifest that this key stands for already. What somebody else drafted under it does not count: it yields. */
async function firstAnswer(
  ctx: RequestContext,
  creator33: Uint8Array,
  idempotencyKey: string,
): Promise<CID | null> {
  const draft = await loadDraft(ctx.app.state, draftKeyOf(creator33, idempotencyKey))
  return draft?.record.operation === OPERATION ? CID.parse(String(draft.record.attachment)) : null
}

/** A repeat is hashed, not stored. */
function digestFiles(ctx: RequestContext, input: PublishInput): Promise<ReceivedFile<unknown>[]> {
  const drain = async (bytes: AsyncIterable<Uint8Array>) => {
    for await (const _ of bytes);
  }
  return receiveFiles(ctx, input.files, drain, () => {})
}

async function draftPost(
  ctx: RequestContext,
  creator: PublicKey,
  input: PublishInput,
  policy: Policy,
  files: readonly ReceivedFile<unknown>[],
  stored: CID,
): Promise<Published> {
  const { title, teaser } = input
  const draft = await createDraft(ctx, {
    operation: OPERATION,
    input: {
      title,
      teaser,
      policy: policy.text,
      files: files.map(({ name, mediaType, size, digest }) => ({ name, mediaType, size, digest })),
    },
    signer: creator,
    idempotencyKey: input.idempotencyKey,
    kind: 'PUBLISH_CONTENT',
    build: () => ({
      outputs: [],
      metadata: newPost(ctx, teaser),
      extraData: contentExtraData({ title, policy, manifestCid: stored }),
      attachment: stored.toString(),
    }),
  })
  const cid = CID.parse(String(draft.attachment))
  const manifest = await loadManifest(ctx, { manifestCid: cid, creator })
  return { draft, manifestCid: cid, files: manifest ? filesOf(manifest) : [] }
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
