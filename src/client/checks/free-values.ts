import type { Transaction } from '../../deso/transaction.js'
import { decodeText, encodeText } from '../../protocol/bytes.js'
import { parseRecordRef } from '../../protocol/record-ref.js'

/**
 * Values that only the gateway knows, taken from a draft where they hold: what is taken is what the transaction may
 * say, what is not becomes a difference.
 */

/** The text of an ExtraData key if it refers to a record for which `holds`; else `otherwise`. */
export function drawnReference(
  { extraData }: Transaction,
  key: string,
  holds: (id: string) => boolean,
  otherwise: string,
): Uint8Array {
  const bytes = extraData.get(key)
  const ref = bytes && parseRecordRef(decodeText(bytes) ?? '')
  return bytes && ref && holds(ref.id) ? bytes : encodeText(otherwise)
}

/** What PREV may be where any earlier record will do: a reference, or empty. */
export function drawnPrev(drafted: Transaction): Uint8Array {
  return drawnReference(drafted, 'PREV', () => true, '')
}
