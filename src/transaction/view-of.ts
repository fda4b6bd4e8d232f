import type { RequestContext } from '../context.js'
import type { BlockRef } from '../deso/chain.js'
import { decodeTransaction } from '../deso/codec.js'
import { publicKeyFromBytes } from '../deso/keys.js'
import { TransactionRejectedError } from '../errors.js'
import type { TransactionKind } from './kind.js'
import { outputsOf } from './preview.js'
import type { Form, MinedForm } from './sending-store.js'
import type { TransactionStatus, TransactionView } from './view.js'

interface Known {
  id: string
  signedHex: string
  kind: TransactionKind
}

/** A transaction whose bytes are known. */
export function viewOf(
  ctx: RequestContext,
  { id, signedHex, kind }: Known,
  status: TransactionStatus,
  block: BlockRef | null = null,
): TransactionView {
  const { network } = ctx.app.config.deso
  const transaction = decodeTransaction(Buffer.from(signedHex, 'hex'))
  const { publicKey, feeNanos } = transaction
  return {
    id,
    kind,
    status,
    signer: publicKey.length === 33 ? publicKeyFromBytes(publicKey, network) : null,
    outputs: outputsOf(transaction, network),
    feeNanos,
    block,
    rejection: null,
  }
}

export function committedView(ctx: RequestContext, mined: MinedForm, kind: TransactionKind): TransactionView {
  return viewOf(ctx, { ...mined, kind }, 'COMMITTED', mined.block)
}

export function rejectedView(ctx: RequestContext, form: Form): TransactionView {
  const rejection = form.refusal && new TransactionRejectedError(form.refusal.rule, form.refusal.detail)
  return { ...viewOf(ctx, form, 'REJECTED'), rejection }
}

/** A transaction of which nothing but its id is known. */
export function bareView(
  id: string,
  status: TransactionStatus,
  block: BlockRef | null = null,
): TransactionView {
  return { id, kind: 'OTHER', status, signer: null, outputs: [], feeNanos: null, block, rejection: null }
}
