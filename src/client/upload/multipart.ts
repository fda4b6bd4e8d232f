import { bytesToHex, randomBytes } from '@noble/hashes/utils.js'
import { encodeText } from '../../protocol/bytes.js'
import { bytesOf, type FileThere, isSent, mediaTypeOf, type UploadFile } from './upload-file.js'

/**
 * The GraphQL multipart request specification (jaydenseric/graphql-multipart-request-spec): `operations`, `map`, then
 * the files in their order.
 */
export interface MultipartRequest {
  operations: string
  map: string
  files: readonly UploadFile[]
}

/** The request for a document whose variable `input` has a list `files`. All but their bytes goes as variables. */
export function multipartRequest(
  query: string,
  input: Readonly<Record<string, unknown>>,
  files: readonly (UploadFile | FileThere)[],
): MultipartRequest {
  const named = files.map((file) =>
    isSent(file) ? { name: file.name, mediaType: mediaTypeOf(file), upload: null } : file,
  )
  const sent = files.flatMap((file, position) => (isSent(file) ? [{ file, position }] : []))
  const map = Object.fromEntries(
    sent.map(({ position }, index) => [index, [`variables.input.files.${position}.upload`]]),
  )
  return {
    operations: JSON.stringify({ query, variables: { input: { ...input, files: named } } }),
    map: JSON.stringify(map),
    files: sent.map(({ file }) => file),
  }
}

export interface StreamedBody {
  contentType: string
  chunks: AsyncGenerator<Uint8Array>
}

/** As a stream, made while it is sent; `onBytes` counts the files' own bytes. */
export function streamedBody(request: MultipartRequest, onBytes: (count: number) => void): StreamedBody {
  const boundary = `deso-ipfs-gateway-${bytesToHex(randomBytes(16))}`
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    chunks: partsOf(request, boundary, onBytes),
  }
}

async function* partsOf(
  { operations, map, files }: MultipartRequest,
  boundary: string,
  onBytes: (count: number) => void,
): AsyncGenerator<Uint8Array> {
  yield encodeText(fieldPart(boundary, 'operations', operations) + fieldPart(boundary, 'map', map))
  for (const [index, file] of files.entries()) {
    yield encodeText(fileHead(boundary, index))
    for await (const chunk of bytesOf(file)) {
      yield chunk
      onBytes(chunk.length)
    }
    yield encodeText('\r\n')
  }
  yield encodeText(`--${boundary}--\r\n`)
}

function fieldPart(boundary: string, name: string, value: string): string {
  return `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
}

function fileHead(boundary: string, index: number): string {
  const disposition = `Content-Disposition: form-data; name="${index}"; filename="${index}"`
  return `--${boundary}\r\n${disposition}\r\nContent-Type: application/octet-stream\r\n\r\n`
}

/** As FormData, for browsers: they send a Blob without holding it in memory, and cannot send a stream. */
export function formBody({ operations, map, files }: MultipartRequest): FormData {
  const form = new FormData()
  form.set('operations', operations)
  form.set('map', map)
  for (const [index, { name, data }] of files.entries()) {
    if (!(data instanceof Blob))
      throw new TypeError(`${name}: outside of Node give a file's bytes as a Blob.`)
    form.set(String(index), data, String(index))
  }
  return form
}
