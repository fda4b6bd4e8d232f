import { MAX_NANOS, parseDecimal } from './amounts.js'
import { parseSlug } from './slug.js'

/** A longer policy is malformed: each rule can cost a reader look-ups. */
export const MAX_POLICY_BYTES = 4_096
export const MAX_POLICY_RULES = 64

const MAX_BASE_UNITS = 2n ** 256n - 1n

export type PolicyRule =
  | { kind: 'PUBLIC' }
  | { kind: 'PLAN'; slug: string }
  | { kind: 'FOLLOW' }
  /** Of the creator's own coin. */
  | { kind: 'COIN'; minNanos: bigint }
  /** `publicKey` is Base58Check in form; whose network it is of, the reader checks. */
  | { kind: 'DAO'; publicKey: string; minBaseUnits: bigint }
  /** Grants nothing: written for readers to come. */
  | { kind: 'UNKNOWN'; text: string }

/** Any one rule suffices. The creator has access whatever it says. */
export interface Policy {
  /** As written on chain. */
  text: string
  /** At least one; PUBLIC only alone. */
  rules: readonly PolicyRule[]
}

/**
 * `PUBLIC`, or rules joined by commas without spaces. Null: malformed (a known rule with a wrong argument, PUBLIC
 * among others, an empty rule, more than 64 rules or 4,096 bytes).
 */
export function parsePolicy(text: string): Policy | null {
  if (text.length > MAX_POLICY_BYTES) return null
  const parts = text.split(',')
  if (parts.length > MAX_POLICY_RULES || (parts.length > 1 && parts.includes('PUBLIC'))) return null
  const rules = parts.map(parseRule).filter((rule) => rule !== null)
  return rules.length === parts.length ? { text, rules } : null
}

/** The policy that one plan alone opens; `slug` must be one. */
export function policyOfPlan(slug: string): Policy {
  return { text: `PLAN:${slug}`, rules: [{ kind: 'PLAN', slug }] }
}

function parseRule(text: string): PolicyRule | null {
  const [, name, argument] = /^([A-Z][A-Z0-9_-]*)(?::([\x21-\x7e]*))?$/.exec(text) ?? []
  switch (name) {
    case undefined:
      return null
    case 'PUBLIC':
    case 'FOLLOW':
      return argument === undefined ? { kind: name } : null
    case 'PLAN':
      return parsePlan(argument ?? '')
    case 'COIN':
      return parseCoin(argument ?? '')
    case 'DAO':
      return parseDao(argument ?? '')
    default:
      return { kind: 'UNKNOWN', text }
  }
}

function parsePlan(argument: string): PolicyRule | null {
  const slug = parseSlug(argument)
  return slug === null ? null : { kind: 'PLAN', slug }
}

function parseCoin(argument: string): PolicyRule | null {
  const minNanos = parseDecimal(argument, MAX_NANOS)
  // Nobody fails a minimum of 0; what is open to all is written PUBLIC.
  return minNanos ? { kind: 'COIN', minNanos } : null
}

function parseDao(argument: string): PolicyRule | null {
  const [, publicKey, minimum] = /^([1-9A-HJ-NP-Za-km-z]{50,60}):([0-9]{1,78})$/.exec(argument) ?? []
  const minBaseUnits = parseDecimal(minimum ?? '', MAX_BASE_UNITS)
  return publicKey !== undefined && minBaseUnits ? { kind: 'DAO', publicKey, minBaseUnits } : null
}
