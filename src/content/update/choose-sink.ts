import type { RequestContext } from '../../context.js'
import { publicKeyToBytes } from '../../deso/keys.js'
import { InvalidInputError } from '../../errors.js'
import type { Manifest } from '../../protocol/manifest.js'
import type { Policy } from '../../protocol/policy.js'
import { type Content, isPublic } from '../content.js'
import { ContentNotFoundError } from '../errors.js'
import { contentKeyOf } from '../file-secrets.js'
import { refuseOnIpfs } from '../find-on-ipfs.js'
import type { FoundFile } from '../incoming-file.js'
import { type ContentSink, gatedSink, publicSink } from '../store-content.js'
import { contentSecrets } from '../uploads/publish-uploads.js'

interface Change {
  content: Content
  /** Of the present version. */
  manifest: Manifest
  /** Of the new one. */
  policy: Policy
}

/**
 * What was open stays open: those bytes are out. So a change from open to gated needs new bytes for every file. Throws
 * InvalidInputError with the reason. `isReplaced`: no file of before is in the new version.
 */
export function checkPolicyChange({ content, manifest, policy }: Change, isReplaced: boolean): void {
  const wasOpen = isPublic(content) || manifest.enc === null
  if (isPublic({ policy }) || !wasOpen || isReplaced) return
  throw new InvalidInputError(
    'These files were open to everybody, so their bytes are out and no policy takes them back: give new files for all of them, or leave the content PUBLIC.',
    ['input', 'policy'],
  )
}

/**
 * Where the files of the new version go. Files that are stored encrypted stay so, also where the content is opened: the
 * gateway decrypts for everybody then, and before the post is signed nothing of them lies open.
 */
export async function chooseSink<T>(
  ctx: RequestContext,
  change: Change,
  atHand: readonly FoundFile[],
  use: <S>(sink: ContentSink<S>) => Promise<T>,
): Promise<T> {
  const { content, manifest, policy } = change
  const creator33 = publicKeyToBytes(content.creator)
  const keepsEncrypted = atHand.some(({ source }) => 'kept' in source && source.kept.id !== null)
  if (isPublic({ policy }) && !keepsEncrypted) return use(publicSink(ctx, creator33))
  for (const { source, position } of atHand) if ('cid' in source) refuseOnIpfs(position)
  if (manifest.enc === null) return use(gatedSink(ctx, creator33, await contentSecrets(ctx, atHand)))
  const contentKey = contentKeyOf(ctx.app, content, manifest)
  if (!contentKey) throw new ContentNotFoundError('This gateway holds no key to this content.')
  const { id: encId, keys } = manifest.enc
  return use(gatedSink(ctx, creator33, { contentKey, encId, keys }))
}
