import { randomUUID } from 'node:crypto'
import { StorageUnavailableError } from '../../errors.js'
import { abortable } from '../abortable.js'
import { readAll, type Transport } from './transport.js'

export interface UploadOptions {
  /** How long the peer may take nothing although there is something. */
  idleMs: number
  signal?: AbortSignal | undefined
}

/**
 * Sends a stream as one file of `multipart/form-data`, which is what Kubo takes, and gives its whole, small answer. Not
 * by kubo-rpc-client, whose fetch keeps all that it sends in memory and loses what goes wrong midway. Rejects with the
 * error of the source unchanged, the signal's reason, or what the peer or the connection says; then the source is let go.
 */
export async function uploadStream(
  transport: Transport,
  path: string,
  source: AsyncIterable<Uint8Array>,
  { idleMs, signal }: UploadOptions,
): Promise<Buffer> {
  const stop = new AbortController()
  const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal
  const stall = () => stop.abort(new StorageUnavailableError('The Kubo node takes no more bytes.'))
  let failed: { error: unknown } | undefined
  async function* watched() {
    try {
      yield* abortable(source, either)
    } catch (error) {
      failed ??= { error }
      throw error
    }
  }
  const boundary = randomUUID()
  const body = taken(multipart(watched(), boundary), idleMs, stall)
  try {
    const answer = await transport.ask({
      method: 'POST',
      path,
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
      body,
      signal: either,
    })
    return await readAll(answer)
  } catch (error) {
    if (failed) throw failed.error
    either.throwIfAborted()
    throw error
  } finally {
    stop.abort()
    await body.return(undefined).catch(() => {})
  }
}

async function* multipart(bytes: AsyncIterable<Uint8Array>, boundary: string): AsyncGenerator<Uint8Array> {
  const disposition = 'Content-Disposition: form-data; name="file"; filename="file"'
  yield Buffer.from(`--${boundary}\r\n${disposition}\r\nContent-Type: application/octet-stream\r\n\r\n`)
  yield* bytes
  yield Buffer.from(`\r\n--${boundary}--\r\n`)
}

/** Hands a body on, and tells when nobody takes it: a source that is slow is not that. */
async function* taken(
  body: AsyncIterable<Uint8Array>,
  idleMs: number,
  stalled: () => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    const timer = setTimeout(stalled, idleMs)
    try {
      yield chunk
    } finally {
      clearTimeout(timer)
    }
  }
}
