import { expectUpdateContent } from '../checks/update-content.js'
import { type ActionOptions, type Executed, execute } from '../execute.js'
import { type FileFieldsFragment, UpdateContentDocument } from '../generated.js'
import type { ContentSeen } from '../seen.js'
import type { SessionClient } from '../sign-in.js'
import { type FileThere, isSent, type UploadFile } from '../upload/upload-file.js'
import { type UploadProgress, uploadRequest } from '../upload/upload-request.js'

export interface UpdateContentOptions extends ActionOptions {
  /** As its creator saw it: what is not given below stays as it is there. */
  content: ContentSeen
  title?: string
  teaser?: string
  policy?: string
  /** All files of the new version, in order. Those that are there already are named, and not sent. */
  files?: readonly (UploadFile | FileThere)[]
  onProgress?: (progress: UploadProgress) => void
}

export interface Updated extends Executed {
  manifestCid: string
  files: readonly FileFieldsFragment[]
}

/**
 * Makes a new version of a content of the signer's.
 *
 * @example
 * await updateContent(session, { content, files: [{ name: 'film.mp4' }, { name: 'extras.mp4', data: extras }] })
 */
export async function updateContent(session: SessionClient, options: UpdateContentOptions): Promise<Updated> {
  const { content, title, teaser, policy, files } = options
  const expectation = (manifestCid: string) =>
    expectUpdateContent({
      postHash: content.postHash,
      title: title ?? content.title,
      teaser: teaser ?? null,
      policy: policy ?? content.policy.text,
      manifestCid,
      now: Date.now(),
    })
  // What does not hold is better said before the upload than after it.
  expectation(content.manifestCid)
  const { payload, ...executed } = await execute(
    session,
    {
      draft: (idempotencyKey) => draftOf(session, options, idempotencyKey),
      expect: (drafted) => expectation(files ? (drafted.manifestCid ?? '') : content.manifestCid),
    },
    options,
  )
  return { ...executed, manifestCid: payload.manifestCid ?? '', files: payload.files ?? [] }
}

async function draftOf(
  session: SessionClient,
  { content, title, teaser, policy, files, onProgress, signal }: UpdateContentOptions,
  idempotencyKey: string,
) {
  const input = {
    postHash: content.postHash,
    ...(title !== undefined && { title }),
    ...(teaser !== undefined && { teaser }),
    ...(policy !== undefined && { policy }),
    idempotencyKey,
  }
  if (files?.some(isSent)) {
    const upload = { input, files, ...(onProgress && { onProgress }), ...(signal && { signal }) }
    return (await uploadRequest(session, UpdateContentDocument, upload)).updateContent
  }
  const there = files && { files: files.filter((file) => !isSent(file)) }
  const variables = { input: { ...input, ...there } }
  return (await session.request(UpdateContentDocument, variables, signal ? { signal } : {})).updateContent
}
