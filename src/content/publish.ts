import { CID } from 'multiformats/cid'
import type { RequestContext } from '../context.js'
import { type PublicKey, publicKeyToBytes } from '../deso/keys.js'
import { NotSignedInError } from '../errors.js'
import { contentBody, contentExtraData } from '../protocol/content-post.js'
import { manifestCid } from '../protocol/manifest.js'
import type { Policy } from '../protocol/policy.js'
import type { DraftParts } from '../transaction/draft-request.js'
import { foreseeDraft } from '../transaction/foresee.js'
import { checkIdempotencyKey } from '../transaction/idempotency.js'
import { isPublic } from './content.js'
import { draftPost, type Published, postMetadata } from './draft-post.js'
import { checkNames } from './file-list.js'
import { findAtHand } from './find-at-hand.js'
import { refuseOnIpfs } from './find-on-ipfs.js'
import { checkPlans, checkTexts, type PublishInput } from './publish-input.js'
import { checkFileCount, type ReceivedFile } from './receive-files.js'
import { gatedSink, publicSink } from './store-content.js'
import { type DraftOf, digestFiles, storeFiles } from './store-files.js'
import { contentSecrets, withUploads } from './uploads/publish-uploads.js'

/** An upload whose texts hold. */
interface Publication {
  creator: PublicKey
  input: PublishInput
  policy: Policy
}

const OPERATION = 'publishContent'

/**
 * Streams files from the connection into IPFS, encrypted unless public, and drafts the post that announces them.
 * A repeat (same key) is read and compared, not stored, and gets the first answer. Before a byte is read, all is
 * refused that can be: no session, texts, plans, funds, a key of something else.
 */
export function publishContent(ctx: RequestContext, input: PublishInput): Promise<Published> {
  return withUploads(ctx, input.atHand, () => publish(ctx, input))
}

async function publish(ctx: RequestContext, input: PublishInput): Promise<Published> {
  const creator = ctx.viewer
  if (!creator) throw new NotSignedInError()
  checkIdempotencyKey(input.idempotencyKey)
  const policy = checkTexts(input)
  checkFileCount(ctx, input.fileCount ?? 0)
  checkNames(input.names, !isPublic({ policy }))
  if (!isPublic({ policy })) {
    for (const { source, position } of input.atHand) if ('cid' in source) refuseOnIpfs(position)
  }
  const publication = { creator, input, policy }
  const first = await firstAnswer(ctx, publication)
  const atHand = await findAtHand(ctx, input.atHand, { isRepeat: first !== null })
  const files = { files: input.files, atHand }
  const draftOf: DraftOf = (received, stored) => draft(ctx, publication, received, stored)
  if (first) return draftOf(await digestFiles(ctx, files), first)
  await checkPlans(ctx, creator, policy)
  const creator33 = publicKeyToBytes(creator)
  return isPublic({ policy })
    ? storeFiles(ctx, creator, files, publicSink(ctx, creator33), draftOf)
    : storeFiles(ctx, creator, files, gatedSink(ctx, creator33, await contentSecrets(ctx, atHand)), draftOf)
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

function draft(
  ctx: RequestContext,
  publication: Publication,
  files: readonly ReceivedFile<unknown>[],
  stored: CID,
): Promise<Published> {
  const { creator, input, policy } = publication
  return draftPost(ctx, {
    operation: OPERATION,
    input: {
      title: input.title,
      teaser: input.teaser,
      policy: policy.text,
      files: files.map(({ name, mediaType, size, digest }) => ({ name, mediaType, size, digest })),
    },
    idempotencyKey: input.idempotencyKey,
    kind: 'PUBLISH_CONTENT',
    creator,
    postHash: null,
    title: input.title,
    stored,
    build: () => postParts(ctx, publication, stored),
  })
}

function postParts(ctx: RequestContext, { input, policy }: Publication, stored: CID): DraftParts {
  const none = new Uint8Array(0)
  return {
    outputs: [],
    metadata: postMetadata(ctx, {
      postHashToModify: none,
      body: contentBody(input.teaser),
      isHidden: false,
    }),
    extraData: contentExtraData({ title: input.title, policy, manifestCid: stored }),
  }
}
