import type { Clock } from '../clock.js'
import { GatewayError } from '../errors.js'

/** Pauses between tries, in milliseconds: half a minute in all. */
const PAUSES = [100, 250, 500, 1_000, 2_000, 4_000, 8_000, 16_000]

/** The answer of `read`, tried again for half a minute while it fails in a way that may pass: events come but once. */
export async function persist<T>(clock: Clock, signal: AbortSignal, read: () => Promise<T>): Promise<T> {
  for (const pause of PAUSES) {
    try {
      return await read()
    } catch (error) {
      if (!(error instanceof GatewayError && error.retryable) || signal.aborted) throw error
    }
    await clock.sleep(pause, signal)
  }
  return read()
}
