import { InvalidInputError } from '../errors.js'

/** The most periods that one payment buys. */
export const MAX_PERIODS = 1_200

const UNITS = [
  ['year', 31_536_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const

/** What `periods` of a plan cost, in nanos. Throws InvalidInputError for a number that no payment may ask for. */
export function requiredNanos(priceNanos: bigint, periods: number): bigint {
  if (!Number.isInteger(periods) || periods < 1 || periods > MAX_PERIODS) {
    throw new InvalidInputError(`The number of periods is 1 to ${MAX_PERIODS}.`, ['periods'])
  }
  return priceNanos * BigInt(periods)
}

/** A span in words, exact, in its greatest whole unit: "30 days", "1 year" (of 365 days); 0: "for good". */
export function describePeriod(seconds: number): string {
  const [unit, length] = UNITS.find(([, size]) => seconds >= size && seconds % size === 0) ?? []
  if (unit === undefined || length === undefined) return 'for good'
  const count = seconds / length
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
