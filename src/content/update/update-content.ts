import { CID } from 'multiformats/cid'
import type { RequestContext } from '../../context.js'
import type { PublicKey } from '../../deso/keys.js'
import { InvalidInputError, NotSignedInError } from '../../errors.js'
import { contentBody, contentExtraData } from '../../protocol/content-post.js'
import { type Manifest, manifestCid } from '../../protocol/manifest.js'
import type { Policy } from '../../protocol/policy.js'
import type { DraftParts, JsonValue } from '../../transaction/draft-request.js'
import { foreseeDraft } from '../../transaction/foresee.js'
import { checkIdempotencyKey } from '../../transaction/idempotency.js'
import type { Content } from '../content.js'
import { draftPost, type Published, postMetadata } from '../draft-post.js'
import { ContentNotFoundError } from '../errors.js'
import { findAtHand } from '../find-at-hand.js'
import type { FileAtHand, IncomingFile } from '../incoming-file.js'
import { loadManifest } from '../load-manifest.js'
import { ownContent } from '../own-content.js'
import { checkPlans, checkPolicy, checkTeaser, checkTitle } from '../publish-input.js'
import { checkFileCount, type ReceivedFile } from '../receive-files.js'
import { type DraftOf, digestFiles, storeFiles } from '../store-files.js'
import { withUploads } from '../uploads/publish-uploads.js'
import { checkPolicyChange, chooseSink } from './choose-sink.js'
import { keptFiles, type NamedFile } from './kept-files.js'

export interface UpdateInput {
  postHash: string
  /** Null stands for "as it is", here and below. */
  title: string | null
  teaser: string | null
  policy: string | null
  files: UpdateFiles | null
  idempotencyKey: string
}

/** All files of the new version; all positions together are the caller's list. */
export interface UpdateFiles {
  files: AsyncIterable<IncomingFile>
  atHand: readonly FileAtHand[]
  /** Those that stay as they are. */
  named: readonly NamedFile[]
  /** Null: nobody knows yet. */
  fileCount: number | null
}

/** An update whose texts hold. */
interface Update {
  creator: PublicKey
  input: UpdateInput
  policy: Policy | null
}

const OPERATION = 'updateContent'

/**
 * Drafts an edit of a content's post: a new version, with a manifest of its own where the files change. What is not given
 * stays, and files that stay are not sent again. A repeat (same key) gets the first answer. Throws NotSignedInError,
 * ContentNotFoundError, NOT_ALLOWED for anybody but the creator, InvalidInputError, and what publishing throws.
 */
export function updateContent(ctx: RequestContext, input: UpdateInput): Promise<Published> {
  return withUploads(ctx, input.files?.atHand ?? [], () => update(ctx, input))
}

async function update(ctx: RequestContext, input: UpdateInput): Promise<Published> {
  const creator = ctx.viewer
  if (!creator) throw new NotSignedInError()
  checkIdempotencyKey(input.idempotencyKey)
  const policy = checkTexts(input)
  checkFileCount(ctx, input.files?.fileCount ?? 0)
  const change = { creator, input, policy }
  const first = await firstAnswer(ctx, change)
  if (first) return repeat(ctx, change, first)
  const content = await ownContent(ctx, input.postHash, creator)
  if (policy) await checkPlans(ctx, creator, policy)
  const manifest = await loadManifest(ctx, content)
  if (!manifest) throw new ContentNotFoundError()
  return input.files
    ? replaceFiles(ctx, change, { content, manifest }, input.files)
    : keepFiles(ctx, change, { content, manifest })
}

/** Throws InvalidInputError, UnsupportedPolicyError. */
function checkTexts({ title, teaser, policy, files }: UpdateInput): Policy | null {
  if (title === null && teaser === null && policy === null && files === null) {
    throw new InvalidInputError('Give at least one of title, teaser, policy and files.', ['input'])
  }
  if (title !== null) checkTitle(title)
  if (teaser !== null) checkTeaser(teaser)
  return policy === null ? null : checkPolicy(policy)
}

interface Present {
  content: Content
  manifest: Manifest
}

function keepFiles(ctx: RequestContext, change: Update, { content, manifest }: Present): Promise<Published> {
  checkPolicyChange({ content, manifest, policy: change.policy ?? content.policy }, false)
  return draft(ctx, change, content, null, content.manifestCid)
}

async function replaceFiles(
  ctx: RequestContext,
  change: Update,
  { content, manifest }: Present,
  given: UpdateFiles,
): Promise<Published> {
  const { kept, others } = keptFiles(manifest, given.named, given.atHand)
  const policy = change.policy ?? content.policy
  checkPolicyChange({ content, manifest, policy }, kept.length === 0)
  const atHand = [...kept, ...(await findAtHand(ctx, others, { isRepeat: false }))]
  const draftOf: DraftOf = (received, stored) =>
    draft(ctx, change, content, describeFiles(given, received), stored)
  return chooseSink(ctx, { content, manifest, policy }, atHand, (sink) =>
    storeFiles(ctx, change.creator, { files: given.files, atHand }, sink, draftOf),
  )
}

/** The manifest that this key stands for already; null: it is new. */
async function firstAnswer(ctx: RequestContext, { creator, input, policy }: Update): Promise<CID | null> {
  const known = await foreseeDraft(ctx, {
    operation: OPERATION,
    signer: creator,
    idempotencyKey: input.idempotencyKey,
    async build() {
      const content = await ownContent(ctx, input.postHash, creator)
      // Any manifest's CID is as long as the one to come.
      return editParts(ctx, { creator, input, policy }, content, await manifestCid(new Uint8Array()))
    },
  })
  return known && CID.parse(String(known.attachment))
}

/** Bytes that came again are compared with those of before; what was at hand then may have gone. */
async function repeat(ctx: RequestContext, change: Update, first: CID): Promise<Published> {
  const given = change.input.files
  if (!given) return draft(ctx, change, null, null, first)
  const { files, atHand } = given
  const uploads = atHand.filter(({ source }) => 'uploadId' in source)
  const found = await findAtHand(ctx, uploads, { isRepeat: true })
  const isSent =
    given.fileCount === null || given.fileCount > given.named.length + atHand.length - uploads.length
  const received = isSent ? await digestFiles(ctx, { files, atHand: found }) : []
  return draft(ctx, change, null, describeFiles(given, received), first)
}

/** What tells this list of files from another, whatever the present version is. */
function describeFiles(
  { atHand, named }: UpdateFiles,
  received: readonly ReceivedFile<unknown>[],
): JsonValue[] {
  const files: JsonValue[] = []
  for (const [position, file] of received.entries()) {
    if (!file) continue
    const { name, mediaType, size, digest } = file
    files[position] = { name, mediaType, size, digest }
  }
  for (const { position, name, mediaType, source } of atHand) {
    if ('cid' in source) files[position] = { cid: source.cid.toV1().toString(), name, mediaType }
  }
  for (const { position, name, mediaType } of named) files[position] = { keep: name, mediaType }
  return files
}

/** `content` as it was when the files were looked at; null: it is looked at when that is needed. */
function draft(
  ctx: RequestContext,
  change: Update,
  content: Content | null,
  files: JsonValue[] | null,
  stored: CID,
): Promise<Published> {
  const { creator, input } = change
  const { postHash, title, teaser, policy, idempotencyKey } = input
  return draftPost(ctx, {
    operation: OPERATION,
    input: { postHash, title, teaser, policy, files },
    idempotencyKey,
    kind: 'UPDATE_CONTENT',
    creator,
    postHash,
    title: title ?? content?.title ?? '',
    stored,
    async build() {
      return editParts(ctx, change, content ?? (await ownContent(ctx, postHash, creator)), stored)
    },
  })
}

/** Every field, as an edit of another app may have left some out. */
function editParts(
  ctx: RequestContext,
  { input, policy }: Update,
  content: Content,
  stored: CID,
): DraftParts {
  return {
    outputs: [],
    metadata: postMetadata(ctx, {
      postHashToModify: Uint8Array.from(Buffer.from(input.postHash, 'hex')),
      // An empty body leaves the teaser as it is.
      body: input.teaser === null ? new Uint8Array(0) : contentBody(input.teaser),
      isHidden: false,
    }),
    extraData: contentExtraData({
      title: input.title ?? content.title,
      policy: policy ?? content.policy,
      manifestCid: stored,
    }),
  }
}
