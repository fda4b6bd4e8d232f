import type { IncomingMessage } from 'node:http'
import { ClientGoneError } from '../../errors.js'
import { HttpError } from '../http-error.js'

/** A part that stands still for so long is over; the client goes on from what has come. */
const IDLE_MS = 60_000

/**
 * The body of a request as it comes, at most `maxBytes` of it. Ends with an error where the client is gone, sends
 * nothing for a minute, sends more, or `signal` aborts; what came before has been handed on.
 */
export async function* partBytes(
  req: IncomingMessage,
  maxBytes: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const end = (reason: unknown) => req.destroy(reason instanceof Error ? reason : undefined)
  const stop = () => end(signal.reason)
  let isWaiting = true
  const idle = setTimeout(() => {
    if (isWaiting) end(new HttpError(408, 'BAD_REQUEST', 'The part stood still.'))
    else idle.refresh()
  }, IDLE_MS)
  let size = 0
  try {
    signal.throwIfAborted()
    signal.addEventListener('abort', stop, { once: true })
    // The answer still has to go out on this connection.
    for await (const chunk of req.iterator({ destroyOnReturn: false })) {
      isWaiting = false
      size += chunk.length
      if (size > maxBytes) throw new HttpError(413, 'LIMIT_EXCEEDED', 'The upload has fewer bytes left.')
      yield chunk
      isWaiting = true
      idle.refresh()
    }
  } catch (error) {
    // Clients of uploads that resume come and go: no fault.
    throw (error as NodeJS.ErrnoException).code === 'ECONNRESET' ? new ClientGoneError() : error
  } finally {
    clearTimeout(idle)
    signal.removeEventListener('abort', stop)
  }
}
