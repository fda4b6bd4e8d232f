import { chunksOf, readText } from './answer.js'
import type { Client } from './client.js'
import { failureOf, type StallGuard, stallGuard } from './deadline.js'
import { ConnectionError, FileRefusedError } from './errors.js'

export interface FetchFileOptions {
  /** Of the plain bytes; the whole file unless given. Without `length`, to the end. */
  range?: { offset: number; length?: number }
  signal?: AbortSignal
}

/** A file, or the part of it that was asked for, as it comes. To be read or disposed of, which ends the transfer. */
export interface FetchedFile extends AsyncDisposable {
  /** Of the whole file. */
  byteSize: number
  offset: number
  /** How many bytes come. */
  length: number
  mediaType: string
  etag: string | null
  /**
   * To be read once; ends with ConnectionError if fewer bytes come, or none for the client's `timeoutMs`. Leaving the
   * loop ends the transfer.
   */
  chunks: AsyncGenerator<Uint8Array>
}

/**
 * The bytes behind a ContentFile's `url`, or `contentUrl`. The session's token goes to the client's own gateway alone.
 * Throws FileRefusedError with the reason, ConnectionError, or the signal's reason.
 *
 * @example
 * const { chunks } = await fetchFile(session, file.url, { range: { offset: 0, length: 65_536 } })
 * for await (const chunk of chunks) player.append(chunk)
 */
export async function fetchFile(
  client: Client,
  url: string,
  options: FetchFileOptions = {},
): Promise<FetchedFile> {
  const { range, signal } = options
  signal?.throwIfAborted()
  const guard = stallGuard(client.options.timeoutMs, signal)
  const disposed = new AbortController()
  try {
    const response = await client.options.fetch(url, {
      headers: headersOf(client, url, range),
      signal: AbortSignal.any([guard.signal, disposed.signal]),
    })
    if (!response.ok) throw await refusalOf(response)
    const place = placeOf(response, range)
    return {
      ...place,
      mediaType: response.headers.get('content-type') ?? 'application/octet-stream',
      etag: response.headers.get('etag'),
      chunks: guarded(response, place.length, guard, signal),
      async [Symbol.asyncDispose]() {
        guard.pause()
        disposed.abort()
      },
    }
  } catch (error) {
    guard.pause()
    throw failureOf(guard.signal.aborted ? guard.signal.reason : error, signal, null)
  }
}

/** Where a file's bytes are, for accounts that were given no link: the session's token says who asks. */
export function contentUrl({ options }: Client, postHash: string, file: number | string = 0): string {
  return `${options.url}/content/${postHash}/${encodeURIComponent(file)}`
}

type Range = FetchFileOptions['range']

function headersOf({ options }: Client, url: string, range: Range): Record<string, string> {
  const isOwn = url.startsWith(`${options.url}/`) || url.startsWith(`${options.publicUrl}/`)
  return {
    ...(range && {
      range: `bytes=${range.offset}-${range.length === undefined ? '' : range.offset + range.length - 1}`,
    }),
    ...(isOwn && options.accessToken !== null && { authorization: `Bearer ${options.accessToken}` }),
  }
}

/** Throws ConnectionError where the answer is not the part that was asked for. */
function placeOf(
  { status, headers }: Response,
  range: Range,
): Pick<FetchedFile, 'byteSize' | 'offset' | 'length'> {
  const [, start, end, size] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers.get('content-range') ?? '') ?? []
  if (!range) return { byteSize: lengthOf(headers), offset: 0, length: lengthOf(headers) }
  if (
    status !== 206 ||
    Number(start) !== range.offset ||
    lengthOf(headers) !== Number(end) - Number(start) + 1
  ) {
    throw new ConnectionError(`The range from ${range.offset} was asked for, and something else came.`)
  }
  return { byteSize: Number(size), offset: range.offset, length: lengthOf(headers) }
}

function lengthOf(headers: Headers): number {
  const length = headers.get('content-length')
  if (length === null) throw new ConnectionError('The answer does not say how long the file is.')
  return Number(length)
}

async function* guarded(
  response: Response,
  length: number,
  guard: StallGuard,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  let received = 0
  try {
    for await (const chunk of chunksOf(response)) {
      // The reader may take its time, the gateway may not.
      guard.pause()
      received += chunk.length
      yield chunk
      guard.tick()
    }
    if (received !== length) throw new ConnectionError(`${received} of ${length} bytes came.`)
  } catch (error) {
    throw failureOf(guard.signal.aborted ? guard.signal.reason : error, signal, null)
  } finally {
    guard.pause()
  }
}

async function refusalOf(response: Response): Promise<FileRefusedError> {
  const text = await readText(response)
  try {
    const { errors } = JSON.parse(text) as { errors?: [{ code?: string; message?: string; reason?: string }] }
    return new FileRefusedError(response.status, errors?.[0] ?? {})
  } catch {
    return new FileRefusedError(response.status, {})
  }
}
