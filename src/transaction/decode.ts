import type { RequestContext } from '../context.js'
import { decodeTransaction } from '../deso/codec.js'
import { MalformedTransactionError } from '../deso/wire.js'
import { previewTransaction, type TransactionPreview } from './preview.js'

/** What would these bytes do? Signed or not; nothing is sent. Throws MalformedTransactionError. */
export async function decodeTransactionHex(ctx: RequestContext, hex: string): Promise<TransactionPreview> {
  return previewTransaction(ctx, decodeTransaction(bytesOfHex(hex)))
}

/** Throws MalformedTransactionError for what is no hex. */
export function bytesOfHex(hex: string): Uint8Array {
  const bytes = Uint8Array.from(Buffer.from(hex, 'hex'))
  if (bytes.length * 2 === hex.length) return bytes
  throw new MalformedTransactionError('something else than two hex digits', bytes.length)
}
