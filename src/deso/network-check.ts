import type { Clock } from '../clock.js'
import { NodeUnavailableError } from '../errors.js'
import type { Network } from './keys.js'
import type { JsonValue } from './rest-schema.js'

/** The node answers well, and belongs to another network than the gateway. */
export class WrongNetworkError extends NodeUnavailableError {
  constructor(found: Network, wanted: Network) {
    super(`The DeSo node is on ${found}, and this gateway is for ${wanted}.`)
  }
}

/** What is asked of a node (backend routes/base.go GetAppState). Regtest says testnet, whose keys it has. */
export const NETWORK_QUESTION = {
  method: 'POST',
  path: '/api/v0/get-app-state',
  body: {},
  read: (json: JsonValue): Network => (json.field('IsTestnet').flag() ? 'testnet' : 'mainnet'),
} as const

/** A node that does not tell is not asked again for so long. */
const ASK_AGAIN_MS = 10_000

/**
 * Keys are the same bytes on every network, transactions name none, and nodes take the keys of the other: what is drafted
 * for one could be signed and executed on another. So a node is asked, once, before anything else; probes ask anew, as
 * another node may have taken its address.
 */
export class NetworkCheck {
  private askAgainAt = 0

  constructor(
    private readonly network: Network,
    private readonly clock: Clock,
  ) {}

  /** Throws WrongNetworkError. A node that cannot or will not tell passes: what else it says is checked as ever. */
  async assert(
    ask: () => Promise<Network>,
    { signal, anew = false }: { signal?: AbortSignal | undefined; anew?: boolean | undefined },
  ): Promise<void> {
    if (!anew && this.askAgainAt > this.clock.now()) return
    let found: Network
    try {
      found = await ask()
    } catch {
      // Who leaves has learned nothing.
      if (!signal?.aborted) this.askAgainAt = this.clock.now() + ASK_AGAIN_MS
      return
    }
    if (found !== this.network) {
      this.askAgainAt = 0
      throw new WrongNetworkError(found, this.network)
    }
    this.askAgainAt = Number.POSITIVE_INFINITY
  }
}
