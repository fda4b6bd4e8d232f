import { ConnectionError } from './errors.js'

export interface CallOptions {
  signal?: AbortSignal
}

/**
 * Runs with a signal that ends with the caller's, or after `ms`. Throws the caller's reason, or ConnectionError for
 * anything else that went wrong on the way.
 */
export async function withDeadline<T>(
  ms: number,
  signal: AbortSignal | undefined,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted()
  const deadline = AbortSignal.timeout(ms)
  try {
    return await run(signal ? AbortSignal.any([signal, deadline]) : deadline)
  } catch (error) {
    throw failureOf(error, signal, deadline.aborted ? `The gateway gave no answer within ${ms} ms.` : null)
  }
}

/** What to throw for a failed exchange: the caller's reason, the client's own errors as they are, else ConnectionError. */
export function failureOf(error: unknown, signal: AbortSignal | undefined, timedOut: string | null): unknown {
  if (signal?.aborted) return signal.reason
  if (timedOut !== null) return new ConnectionError(timedOut, error)
  if (error instanceof TypeError)
    return new ConnectionError(`The gateway was not reached: ${reasonOf(error)}`, error)
  return error
}

/** fetch says "fetch failed", and the cause of it why. */
function reasonOf({ message, cause }: TypeError): string {
  return cause instanceof Error && cause.message ? cause.message : message
}

/** A clock that aborts when `ms` pass between a `tick` and the next, or a `pause`. */
export interface StallGuard {
  readonly signal: AbortSignal
  tick(): void
  /** Until the next `tick`, which need not come. */
  pause(): void
}

export function stallGuard(ms: number, signal?: AbortSignal): StallGuard {
  const stalled = new AbortController()
  const stall = () => stalled.abort(new ConnectionError(`Nothing moved for ${ms} ms.`))
  let timer = setTimeout(stall, ms)
  return {
    signal: signal ? AbortSignal.any([signal, stalled.signal]) : stalled.signal,
    tick() {
      clearTimeout(timer)
      timer = setTimeout(stall, ms)
    },
    pause() {
      clearTimeout(timer)
    },
  }
}
