import type { GapReason } from '../deso/block-follower.js'
import { GatewayError, InvalidInputError } from '../errors.js'

/** Events came faster than this client took them, for longer than anybody waits. What it missed is in the blocks. */
export class TooSlowError extends Error {
  override readonly name = 'TooSlowError'

  constructor() {
    super('Too slow: events came faster than they were taken. Connect again, with the last height seen.')
  }
}

/** The blocks between are not told of: this gateway was cut off for too long, or the chain is another one. */
export class MissedBlocksError extends GatewayError {
  constructor(reason: GapReason) {
    const why =
      reason === 'OTHER_CHAIN' ? 'The chain began anew' : 'This gateway was too far behind the chain'
    super('NODE_UNAVAILABLE', `${why}: events are missing. Ask for what you show, then watch again.`, {
      retryable: true,
    })
  }
}

/** `limit` in blocks. */
export class TooFarBackError extends InvalidInputError {
  constructor(limit: number, height: number) {
    super(
      `fromHeight: at most ${limit} blocks are told of again, so from ${height} on now. Ask for what you show, then watch.`,
    )
  }
}
