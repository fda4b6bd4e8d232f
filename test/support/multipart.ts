/** A part of a multipart body: a file where it has a file name. */
export interface Part {
  name: string
  value: string | Uint8Array
  filename?: string
  /** Of a file; none is sent unless given. */
  type?: string
}

export interface Multipart {
  headers: { 'content-type': string }
  body: Buffer
}

const BOUNDARY = 'the-boundary-of-a-test'
export const MULTIPART_HEADERS = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` }

/** A multipart/form-data body with its parts in exactly this order. */
export function multipart(parts: readonly Part[]): Multipart {
  return { headers: MULTIPART_HEADERS, body: Buffer.concat([...parts.map(partBytes), endBytes()]) }
}

/** The same, and behind its parts a file whose bytes come from `bytes` as they are asked for. */
export async function* streamedMultipart(
  parts: readonly Part[],
  file: Omit<Part, 'value'>,
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield Buffer.concat([...parts.map(partBytes), partHead(file)])
  yield* bytes
  yield Buffer.concat([Buffer.from('\r\n'), endBytes()])
}

function partBytes(part: Part): Buffer {
  return Buffer.concat([partHead(part), Buffer.from(part.value), Buffer.from('\r\n')])
}

function partHead({ name, filename, type }: Omit<Part, 'value'>): Buffer {
  const file = filename === undefined ? '' : `; filename="${filename.replaceAll('"', '%22')}"`
  const contentType = type === undefined ? '' : `content-type: ${type}\r\n`
  return Buffer.from(
    `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"${file}\r\n${contentType}\r\n`,
  )
}

function endBytes(): Buffer {
  return Buffer.from(`--${BOUNDARY}--\r\n`)
}
