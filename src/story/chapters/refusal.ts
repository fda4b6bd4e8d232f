import {
  type AccessReason,
  type Client,
  contentUrl,
  FileRefusedError,
  fetchFile,
  GetContentDocument,
} from '../../client/index.js'
import { insist, type Release, type Scene } from '../scene.js'

export interface Refused {
  client: Client
  name: string
  reason: AccessReason
  /** 401 for somebody who is not signed in, 403 for the others. */
  status: 401 | 403
}

/** Somebody without access asks by GraphQL and for the bytes, and gets a reason and no byte. */
export async function refusal(scene: Scene, { postHash }: Release, refused: Refused): Promise<void> {
  const { narrator, signal } = scene
  const { client, name, reason, status } = refused
  const { content } = await client.request(GetContentDocument, { postHash }, { signal })
  const access = content?.viewerAccess
  insist(access?.granted === false, `${name} should have no access.`)
  insist(access.reason === reason, `${name} is refused for ${access.reason}, not for ${reason}.`)
  insist(content?.files?.[0]?.url === null, `${name} was given a link.`)
  const answer = await bytesRefused(client, contentUrl(client, postHash), signal)
  insist(
    answer.status === status,
    `${name} asks for the bytes and gets HTTP ${answer.status}, not ${status}.`,
  )
  narrator.say(`${name} sees title and teaser. Access: refused, ${reason}. The bytes: HTTP ${answer.status}.`)
}

/** A link that was good once grants nothing by itself. */
export async function deadLink({ narrator, anyone, signal }: Scene, url: string): Promise<void> {
  const { status } = await bytesRefused(anyone, url, signal)
  narrator.say(`The link from before is dead too: HTTP ${status}.`)
}

async function bytesRefused(client: Client, url: string, signal: AbortSignal): Promise<FileRefusedError> {
  try {
    await using _file = await fetchFile(client, url, { signal })
  } catch (error) {
    if (error instanceof FileRefusedError) return error
    throw error
  }
  insist(false, 'The gateway gave bytes to somebody without access.')
}
