import { randomInt } from 'node:crypto'
import { PortInUseError } from '../../src/http/door.js'

/**
 * Below the ports that systems give to clients: one of those may be taken by any connection while a gateway restarts.
 */
export async function onFreePort<T>(
  wanted: number | undefined,
  listen: (port: number) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await listen(wanted ?? randomInt(20_000, 32_000))
    } catch (error) {
      if (!(error instanceof PortInUseError) || wanted !== undefined || tries === 20) throw error
    }
  }
}
