import type { CID } from 'multiformats/cid'
import type { RequestContext } from '../context.js'
import { decodeTransaction } from '../deso/codec.js'
import type { NodePost } from '../deso/node.js'
import { NodeUnavailableError, StorageUnavailableError } from '../errors.js'
import { type ContentFields, parseContentFields } from '../protocol/content-post.js'
import { findSendingOf } from '../transaction/sending-store.js'
import type { Content } from './content.js'
import { findEdit } from './find-edit.js'
import { hasManifest } from './load-manifest.js'
import { loadHistory, type RecordedVersion } from './pins/content-history.js'
import { fieldsOf } from './pins/post-fields.js'

/** A content as one transaction left it. */
export interface ContentVersion extends ContentFields {
  /** Null: the node shows it, and this gateway has not seen what made it. */
  transaction: { id: string; height: number | null } | null
}

/**
 * The versions of a content, newest first. No node lists the edits of a post, so these are the post's own transaction,
 * what is shown now, and between them what this gateway drafted or read in blocks: another app's edits of long ago may
 * be missing. Throws NodeUnavailableError, StorageUnavailableError.
 */
export async function listVersions(ctx: RequestContext, content: Content): Promise<ContentVersion[]> {
  const post = await ctx.loaders.post.load(content.postHash)
  if (!post) return []
  // What was committed meanwhile of what was drafted here is read now.
  const isAwaited = (await ctx.app.pins.draftsOf(content.postHash)).length > 0
  if (isAwaited) await ctx.app.pins.look().catch(unlessNodeFails)
  const versions = await recordedVersions(ctx, content)
  if (!versions.some(({ transaction }) => transaction?.id === post.hash)) {
    const first = await firstVersion(ctx, content, post)
    if (first) versions.unshift(first)
  }
  const newest = versions.at(-1)
  if (!newest || !isShown(newest, content))
    versions.push({ ...fieldsIn(content), transaction: await findEdit(ctx, post) })
  return versions.reverse()
}

/** Oldest first, without those whose manifest was not the creator's: they were no content. */
async function recordedVersions(ctx: RequestContext, content: Content): Promise<ContentVersion[]> {
  const recorded = (await loadHistory(ctx.app, content.postHash))?.versions ?? []
  const versions = await Promise.all(
    recorded.map(async (each) => {
      const version = versionOf(each)
      return version && (await isOwn(ctx, version, content)) ? version : null
    }),
  )
  return versions.filter((version) => version !== null)
}

function versionOf({ id, height, manifestCid, title, policy }: RecordedVersion): ContentVersion | null {
  const texts = { DIGV: '1', DIGTITLE: title, DIGMANIFEST: manifestCid, DIGACCESS: policy }
  const fields = parseContentFields((key) => (texts as Record<string, string>)[key] ?? '')
  return fields && { ...fields, transaction: { id, height } }
}

async function isOwn(
  ctx: RequestContext,
  { manifestCid }: { manifestCid: CID },
  { creator }: Content,
): Promise<boolean> {
  try {
    return await hasManifest(ctx, { manifestCid, creator })
  } catch (error) {
    // It may have been let go of.
    if (error instanceof StorageUnavailableError) return true
    throw error
  }
}

/** By the post's own transaction, whose block the node names; of one on its way, as it was sent from here. */
async function firstVersion(
  ctx: RequestContext,
  content: Content,
  { hash: id, confirmationBlockHeight: height }: NodePost,
): Promise<ContentVersion | null> {
  const lookup = await ctx.app.chain.lookUp({ height, id }, { signal: ctx.signal })
  if (lookup.kind === 'absent') return null
  if (lookup.kind === 'committed') {
    const fields = fieldsOf(lookup.record.transaction)
    const parsed = parseContentFields((key) => fields[key] ?? '')
    return parsed && { ...parsed, transaction: { id, height } }
  }
  const forms = (await findSendingOf(ctx.app.state, id))?.sending.forms ?? []
  const sent = forms.find((form) => form.id === id)
  const fields = sent && fieldsOf(decodeTransaction(Buffer.from(sent.signedHex, 'hex')))
  const parsed = fields ? parseContentFields((key) => fields[key] ?? '') : content
  return parsed && { ...fieldsIn(parsed), transaction: { id, height: null } }
}

function fieldsIn({ title, policy, manifestCid }: ContentFields): ContentFields {
  return { title, policy, manifestCid }
}

function isShown(version: ContentFields, content: Content): boolean {
  return (
    version.manifestCid.equals(content.manifestCid) &&
    version.title === content.title &&
    version.policy.text === content.policy.text
  )
}

function unlessNodeFails(error: unknown): void {
  if (!(error instanceof NodeUnavailableError)) throw error
}
