import { type PublicKey, publicKeyToBytes } from '../../deso/keys.js'
import { formatDeso } from '../../protocol/amounts.js'
import type { Expectation } from '../check-draft.js'

export function expectSendDeso({ to, amountNanos }: { to: PublicKey; amountNanos: bigint }): Expectation {
  return {
    asked: `send ${formatDeso(amountNanos)} DESO to ${to}`,
    effects: () => ({
      outputs: [{ publicKey: publicKeyToBytes(to), amountNanos }],
      metadata: { type: 'BASIC_TRANSFER' },
      extraData: new Map(),
    }),
  }
}
