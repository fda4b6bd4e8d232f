import { createHash } from 'node:crypto'
import { type ClientRequest, request } from 'node:http'
import { bearer, newKey, PUBLISH } from './library.js'
import type { Json, World } from './world.js'

/** Who calls: a token, or the link whose query the address already has. */
type Token = string | undefined

export const TUS = { 'tus-resumable': '1.0.0' }
const PART_TYPE = { 'content-type': 'application/offset+octet-stream' }

export interface Begun {
  status: number
  headers: Headers
  /** Its address, as the answer says. */
  location: string
  id: string
}

/** `Upload-Metadata` of these values. */
export function metadata(values: Record<string, string>): Record<string, string> {
  const pairs = Object.entries(values).map(([key, text]) => `${key} ${Buffer.from(text).toString('base64')}`)
  return pairs.length > 0 ? { 'upload-metadata': pairs.join(',') } : {}
}

/** POST: an upload of so many bytes. */
export async function begin(
  endpoint: string,
  token: Token,
  size: number,
  about: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<Begun> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { ...TUS, 'upload-length': String(size), ...metadata(about), ...bearer(token), ...headers },
  })
  await response.arrayBuffer()
  const location = response.headers.get('location') ?? ''
  const id = /\/uploads\/([0-9a-f]{32})/.exec(location)?.[1] ?? ''
  return { status: response.status, headers: response.headers, location, id }
}

/** PATCH: a part, whole. */
export async function patch(
  location: string,
  token: Token,
  offset: number,
  bytes: Uint8Array,
  headers: Record<string, string> = {},
): Promise<{ status: number; offset: number; headers: Headers; text: string }> {
  const response = await fetch(location, {
    method: 'PATCH',
    headers: { ...TUS, ...PART_TYPE, 'upload-offset': String(offset), ...bearer(token), ...headers },
    body: new Uint8Array(bytes),
  })
  const text = await response.text()
  const { status, headers: answered } = response
  return { status, offset: Number(answered.get('upload-offset')), headers: answered, text }
}

/** HEAD: where the upload stands; NaN where there is none. */
export async function offsetOf(location: string, token: Token): Promise<number> {
  const { headers } = await head(location, token)
  return Number(headers.get('upload-offset') ?? Number.NaN)
}

export function head(location: string, token: Token): Promise<Response> {
  return fetch(location, { method: 'HEAD', headers: { ...TUS, ...bearer(token) } })
}

export async function terminate(location: string, token: Token): Promise<number> {
  return (await fetch(location, { method: 'DELETE', headers: { ...TUS, ...bearer(token) } })).status
}

/** A PATCH that announces `length` bytes and is still open: write what you like, then `destroy` it. */
export function openPart(location: string, token: Token, offset: number, length: number): ClientRequest {
  const part = request(location, {
    method: 'PATCH',
    headers: {
      ...TUS,
      ...PART_TYPE,
      'upload-offset': String(offset),
      'content-length': String(length),
      ...bearer(token),
    },
  })
  part.on('error', () => {})
  return part
}

/** A whole upload in parts of these sizes (the rest is the last one); its id. */
export async function uploadWhole(
  world: Pick<World, 'url'>,
  token: string,
  bytes: Uint8Array,
  about: Record<string, string> = {},
  parts: readonly number[] = [],
): Promise<string> {
  const { location, id } = await begin(`${world.url}/uploads`, token, bytes.length, about)
  let offset = 0
  for (const size of [...parts, bytes.length]) {
    if (offset === bytes.length) break
    const part = bytes.subarray(offset, offset + size)
    const { status } = await patch(location, token, offset, part)
    if (status !== 204) throw new Error(`PATCH: ${status}`)
    offset += part.length
  }
  return id
}

export function checksum(algorithm: 'sha1' | 'sha256', bytes: Uint8Array): Record<string, string> {
  return { 'upload-checksum': `${algorithm} ${createHash(algorithm).update(bytes).digest('base64')}` }
}

/** The payload of publishContent with files of these sources, as plain JSON. */
export async function publishUploads(
  world: World,
  token: string,
  files: readonly Record<string, unknown>[],
  input: Record<string, unknown> = {},
): Promise<Json> {
  const variables = { input: { title: 'Title', teaser: '', idempotencyKey: newKey(), ...input, files } }
  return (await world.ask(PUBLISH, variables, token)).publishContent
}
