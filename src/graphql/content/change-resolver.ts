import { Arg, Ctx, Mutation, Resolver } from 'type-graphql'
import { hideContent } from '../../content/hide-content.js'
import { type UpdateFiles, updateContent } from '../../content/update/update-content.js'
import type { RequestContext } from '../../context.js'
import { isGiven } from '../errors/is-given.js'
import { asPayload } from '../errors/to-user-error.js'
import { countedDraft, DraftPayload, draftPayload } from '../transaction/draft-input.js'
import { HideContentInput, postHashOf, UpdateContentInput } from './change-inputs.js'
import { filesAtHand, isNamedOnly } from './files-at-hand.js'
import { PublishContentPayload, type PublishFile, publishedPayload } from './publish-resolver.js'
import { arrivingFiles, fileCount } from './uploads.js'

/** What a creator can do with a content that is published. */
@Resolver()
export class ContentChangeResolver {
  @Mutation(() => PublishContentPayload, {
    description:
      'A draft that makes a new version of a content: its title, teaser, policy or files. Files that stay are not sent again; a gated content keeps its key. The new version counts as soon as the node shows the edit. You MUST be signed in as its creator.',
  })
  updateContent(
    @Arg('input', () => UpdateContentInput, { description: 'What is to change.' }) input: UpdateContentInput,
    @Ctx() ctx: RequestContext,
  ): Promise<PublishContentPayload> {
    const { title = null, teaser = null, policy = null, files, idempotencyKey } = input
    return asPayload(async () => {
      const change = {
        postHash: postHashOf(input),
        title,
        teaser,
        policy,
        files: isGiven(files) ? updateFiles(files) : null,
        idempotencyKey,
      }
      return publishedPayload(await countedDraft(ctx, 'UPDATE_CONTENT', () => updateContent(ctx, change)))
    })
  }

  @Mutation(() => DraftPayload, {
    description:
      'A draft that hides a content: as soon as the node shows it, the content is null and in no list, and nobody gets its bytes; once it is committed, pins that no other content needs are released. What somebody has kept cannot be taken back. Anybody may call it for the creator as signer; only the creator can sign.',
  })
  hideContent(
    @Arg('input', () => HideContentInput, { description: 'Which content.' }) input: HideContentInput,
    @Ctx() ctx: RequestContext,
  ): Promise<DraftPayload> {
    const { signer = null, idempotencyKey } = input
    return draftPayload(ctx, 'HIDE_CONTENT', async () =>
      hideContent(ctx, { postHash: postHashOf(input), signer, idempotencyKey }),
    )
  }
}

function updateFiles(files: readonly PublishFile[]): UpdateFiles {
  return {
    files: arrivingFiles(files, { named: true }),
    atHand: filesAtHand(files),
    named: files.flatMap((file, position) => {
      const { name, mediaType = null } = file
      return isGiven(name) && isNamedOnly(file) ? [{ position, name, mediaType }] : []
    }),
    fileCount: fileCount(files),
  }
}
