/** The greatest amount of nanos that DeSo can hold: 2^64 - 1. */
export const MAX_NANOS = 2n ** 64n - 1n

/**
 * An integer as the protocol writes it: decimal digits without sign or leading zero. Null for any other text and
 * for values above `max`; without `max` any length is read (a transaction is at most 25,000 bytes).
 */
export function parseDecimal(text: string, max?: bigint): bigint | null {
  if (!/^(0|[1-9][0-9]*)$/.test(text)) return null
  const value = BigInt(text)
  return max !== undefined && value > max ? null : value
}

/** An amount of nanos in DESO, exact and without trailing zeros: 1_500_000_000n is "1.5". */
export function formatDeso(nanos: bigint): string {
  const fraction = String(nanos % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/0+$/, '')
  const whole = String(nanos / 1_000_000_000n)
  return fraction === '' ? whole : `${whole}.${fraction}`
}
