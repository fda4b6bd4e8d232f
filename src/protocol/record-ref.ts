import type { RecordRef } from '../deso/chain.js'
import { parseDecimal } from './amounts.js'

/**
 * A reference as written on chain, `<height>:<id>`: decimal height without leading zero, id in 64 lower-case hex
 * digits. Null for anything else, the empty text included: such a reference names nothing.
 */
export function parseRecordRef(text: string): RecordRef | null {
  const [, digits, id] = /^([0-9]{1,16}):([0-9a-f]{64})$/.exec(text) ?? []
  if (digits === undefined || id === undefined) return null
  const height = parseDecimal(digits, BigInt(Number.MAX_SAFE_INTEGER))
  return height === null ? null : { height: Number(height), id }
}

/** The text of a reference; empty for none, which is how records write it. */
export function formatRecordRef(ref: RecordRef | null): string {
  return ref === null ? '' : `${ref.height}:${ref.id}`
}

export function sameRef(a: RecordRef, b: RecordRef): boolean {
  return a.height === b.height && a.id === b.id
}
