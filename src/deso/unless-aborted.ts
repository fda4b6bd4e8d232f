import { NodeUnavailableError } from '../errors.js'

/**
 * Waits for work that others share: a caller who leaves ends the wait, not the work (which has a deadline of its own).
 * Throws NodeUnavailableError when the signal aborts first.
 */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work
  let leave = (): void => undefined
  const left = new Promise<never>((_, reject) => {
    leave = () =>
      reject(new NodeUnavailableError('The request to the DeSo node was given up.', signal.reason))
  })
  if (signal.aborted) leave()
  signal.addEventListener('abort', leave, { once: true })
  try {
    return await Promise.race([work, left])
  } finally {
    signal.removeEventListener('abort', leave)
  }
}
