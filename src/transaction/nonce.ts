import { createHmac } from 'node:crypto'
import type { GatewayIdentity } from '../crypto/gateway-identity.js'
import type { Transaction } from '../deso/transaction.js'

export type Nonce = Transaction['nonce']

/** Blocks in which one key has one nonce. */
const WINDOW_BLOCKS = 2_048
/** How long a nonce lasts beyond the end of its window, so that a draft made at the very end can still be signed. */
const MARGIN_BLOCKS = 600
/** Room that nodes leave themselves below their own limit (core lib/block_view.go, ConstructNonceForPublicKey). */
const NETWORK_SLACK_BLOCKS = 10

/** No nonce of this gateway was made more blocks than this before its expiry. */
export const MAX_NONCE_LIFE_BLOCKS = WINDOW_BLOCKS + MARGIN_BLOCKS

/**
 * The one nonce of a signer's idempotency key within the window that `height` lies in: two gateways that share
 * nothing but the seed give the same. `networkWindow` is MaxNonceExpirationBlockHeightOffset; 0: no limit.
 */
export function nonceFor(
  identity: Pick<GatewayIdentity, 'secret'>,
  signer: Uint8Array,
  key: string,
  { height, networkWindow }: { height: number; networkWindow: number },
): Nonce {
  const digest = createHmac('sha256', identity.secret('nonce')).update(signer).update(key, 'latin1').digest()
  return {
    expirationBlockHeight: BigInt(expirationHeight(height, networkWindow)),
    partialId: digest.readBigUInt64BE(0),
  }
}

function expirationHeight(height: number, networkWindow: number): number {
  const { blocks, margin } = windowOf(networkWindow)
  return (Math.floor(height / blocks) + 1) * blocks + margin
}

function windowOf(networkWindow: number): { blocks: number; margin: number } {
  const usable = networkWindow - NETWORK_SLACK_BLOCKS
  if (networkWindow <= 0 || usable >= MAX_NONCE_LIFE_BLOCKS)
    return { blocks: WINDOW_BLOCKS, margin: MARGIN_BLOCKS }
  const blocks = Math.max(1, Math.floor(usable / 2))
  return { blocks, margin: Math.floor(blocks / 2) }
}
