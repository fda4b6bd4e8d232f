import { expectPublishContent } from '../checks/publish-content.js'
import { type ActionOptions, type Executed, execute } from '../execute.js'
import { type FileFieldsFragment, PublishContentDocument } from '../generated.js'
import type { SessionClient } from '../sign-in.js'
import type { UploadFile } from '../upload/upload-file.js'
import { type UploadProgress, uploadRequest } from '../upload/upload-request.js'

export interface PublishContentOptions extends ActionOptions {
  /** Public, 1 to 256 bytes of UTF-8. */
  title: string
  /** Public: the body of the post. */
  teaser: string
  /** PUBLIC unless given; or rules of which any suffices, e.g. PLAN:gold. All but PUBLIC is encrypted. */
  policy?: string
  /** Sent in this order, once. */
  files: readonly UploadFile[]
  onProgress?: (progress: UploadProgress) => void
}

export interface Published extends Executed {
  /** Of the post: names the content. */
  postHash: string
  manifestCid: string
  files: readonly FileFieldsFragment[]
}

/**
 * Uploads files and publishes them. To repeat a call, give the same idempotency key and the same bytes: they are
 * compared, not stored again.
 *
 * @example
 * const file = { name: 'film.mp4', mediaType: 'video/mp4', data: await openAsBlob('film.mp4') }
 * const { postHash } = await publishContent(session, { title, teaser, policy: 'PLAN:gold', files: [file] })
 */
export async function publishContent(
  session: SessionClient,
  options: PublishContentOptions,
): Promise<Published> {
  const { title, teaser, policy = 'PUBLIC', files, onProgress } = options
  const expectation = (manifestCid: string | null) =>
    expectPublishContent({ title, teaser, policy, manifestCid: manifestCid ?? '', now: Date.now() })
  // What does not hold is better said before the upload than after it.
  expectation(null)
  const { payload, ...executed } = await execute(
    session,
    {
      async draft(idempotencyKey) {
        const input = { title, teaser, policy, idempotencyKey }
        const { signal } = options
        const upload = { input, files, ...(onProgress && { onProgress }), ...(signal && { signal }) }
        return (await uploadRequest(session, PublishContentDocument, upload)).publishContent
      },
      expect: ({ manifestCid }) => expectation(manifestCid),
    },
    options,
  )
  return {
    ...executed,
    postHash: executed.transactionId,
    manifestCid: payload.manifestCid ?? '',
    files: payload.files ?? [],
  }
}
