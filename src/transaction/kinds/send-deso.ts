import type { RequestContext } from '../../context.js'
import { type PublicKey, publicKeyToBytes } from '../../deso/keys.js'
import { InvalidInputError } from '../../errors.js'
import type { DraftRequest } from '../draft-request.js'
import { signerOf } from '../signer.js'
import type { KindReader } from './kind.js'

export interface SendDesoInput {
  to: PublicKey
  /** At least 1. */
  amountNanos: bigint
  /** The viewer unless given. */
  signer?: PublicKey | null
  idempotencyKey: string
}

/** A plain payment. */
export function sendDeso(ctx: RequestContext, input: SendDesoInput): DraftRequest {
  const { to, amountNanos } = input
  if (amountNanos < 1n) {
    throw new InvalidInputError('The amount is at least 1 nano.', ['input', 'sendDeso', 'amountNanos'])
  }
  return {
    operation: 'sendDeso',
    input: { to, amountNanos: String(amountNanos) },
    signer: signerOf(ctx, input.signer),
    idempotencyKey: input.idempotencyKey,
    kind: 'SEND_DESO',
    build: () => ({
      outputs: [{ publicKey: publicKeyToBytes(to), amountNanos }],
      metadata: { type: 'BASIC_TRANSFER' },
      extraData: new Map(),
    }),
  }
}

export const readSendDeso: KindReader = {
  kind: 'SEND_DESO',
  recognises({ metadata, outputs, extraData }) {
    // With a diamond it is a tip to a post (core lib/blockchain.go, CreateBasicTransferTxnWithDiamonds).
    return metadata.type === 'BASIC_TRANSFER' && outputs.length > 0 && !extraData.has('DiamondLevel')
  },
  does: () => '',
}
