import { readAnswer } from '../answer.js'
import { type Client, graphqlHeaders } from '../client.js'
import { failureOf, type StallGuard, stallGuard } from '../deadline.js'
import type { TypedDocumentString } from '../generated.js'
import { BodySource } from './body-source.js'
import { formBody, type MultipartRequest, multipartRequest, streamedBody } from './multipart.js'
import { type FileThere, isSent, sizeOf, type UploadFile } from './upload-file.js'

/** How far an upload has come: plain bytes handed to the connection, of all files together. */
export interface UploadProgress {
  sentBytes: number
  totalBytes: number
}

export interface Upload {
  input: Readonly<Record<string, unknown>>
  files: readonly (UploadFile | FileThere)[]
  /** With each piece in Node; at the beginning and the end in browsers, whose fetch tells no more. */
  onProgress?: (progress: UploadProgress) => void
  signal?: AbortSignal
}

/**
 * A mutation that takes files. It ends when nothing moved for the client's `timeoutMs`, not after a time in all. Throws
 * as `request`, and what reading a file throws.
 */
export async function uploadRequest<Result, Variables>(
  client: Client,
  document: TypedDocumentString<Result, Variables>,
  { input, files, onProgress, signal }: Upload,
): Promise<Result> {
  signal?.throwIfAborted()
  const meter = meterOf(files, onProgress)
  const request = multipartRequest(document.toString(), input, files)
  const answered = new AbortController()
  const guard = stallGuard(isNode() ? client.options.timeoutMs : UPLOAD_LIMIT_MS, signal)
  const source = new BodySource()
  try {
    const response = await client.options.fetch(`${client.options.url}/graphql`, {
      method: 'POST',
      signal: AbortSignal.any([guard.signal, answered.signal]),
      ...(isNode() ? streamed(client, request, meter, guard, source) : form(client, request)),
    })
    const data = await readAnswer(response)
    meter.end()
    return data as Result
  } catch (error) {
    if (source.fault !== undefined && !signal?.aborted) throw source.fault
    throw failureOf(guard.signal.aborted ? guard.signal.reason : error, signal, null)
  } finally {
    // A refusal comes before the last byte was sent: the rest need not go.
    answered.abort()
    source.end()
    guard.pause()
  }
}

/** Browsers tell nothing of an upload's progress, so that only its whole length can be bounded. */
const UPLOAD_LIMIT_MS = 86_400_000

type RequestBody = Pick<RequestInit, 'body' | 'headers' | 'duplex' | 'redirect'>

function streamed(
  { options }: Client,
  request: MultipartRequest,
  meter: Meter,
  guard: StallGuard,
  source: BodySource,
): RequestBody {
  const { contentType, chunks } = streamedBody(request, (count) => {
    guard.tick()
    meter.add(count)
  })
  return {
    headers: { ...graphqlHeaders(options), 'content-type': contentType },
    body: source.open(chunks),
    duplex: 'half',
    // Else Node's fetch keeps a copy of all that is sent, for a redirect that no stream could follow.
    redirect: 'error',
  }
}

/** The boundary is the browser's to choose, and the content type with it. */
function form({ options }: Client, request: MultipartRequest): RequestBody {
  return { headers: graphqlHeaders(options), body: formBody(request) }
}

interface Meter {
  add(bytes: number): void
  end(): void
}

function meterOf(files: Upload['files'], onProgress: Upload['onProgress']): Meter {
  const totalBytes = files.reduce((sum, file) => sum + (isSent(file) ? sizeOf(file) : 0), 0)
  let sentBytes = 0
  const tell = () => onProgress?.({ sentBytes, totalBytes })
  tell()
  return {
    add(bytes) {
      sentBytes += bytes
      tell()
    },
    end() {
      if (sentBytes === totalBytes) return
      sentBytes = totalBytes
      tell()
    },
  }
}

/** Node's fetch streams a request over any connection; browsers over none that the gateway speaks. */
function isNode(): boolean {
  return typeof process !== 'undefined' && typeof process.versions?.node === 'string'
}
