/**
 * The records of docs/protocol.md that are user associations: plan and subscription. Builds what a transaction must
 * carry, and reads a transaction back. Knows nothing of who asks, of nodes, or of what a record is worth (that is
 * entitlement.ts).
 */
import type { RecordRef } from '../deso/chain.js'
import { ZERO_KEY } from '../deso/keys.js'
import type { CreateUserAssociation, Transaction, TransactionOutput } from '../deso/transaction.js'
import { InvalidInputError } from '../errors.js'
import { MAX_NANOS, parseDecimal } from './amounts.js'
import { decodeText, encodeText, equalBytes } from './bytes.js'
import { requiredNanos } from './periods.js'
import { formatRecordRef, parseRecordRef } from './record-ref.js'
import { parseSlug } from './slug.js'

/** Compared without case, as nodes do. */
export const PLAN_TYPE = 'DIG:PLAN'
/** Compared without case, as nodes do. */
export const SUBSCRIPTION_TYPE = 'DIG:SUBSCRIPTION'

export const MIN_PERIOD_SECONDS = 60
/** Ten years of 365 days. */
export const MAX_PERIOD_SECONDS = 315_360_000
/** What this gateway writes; a reader sets no limit of its own. */
export const MAX_TITLE_BYTES = 256

const VERSION = '1'

export type PlanState = 'OPEN' | 'CLOSED'

export interface PlanTerms {
  title: string
  /** 1 … 2^64-1, for one period. */
  priceNanos: bigint
  /** 60 … 315,360,000; 0: bought once, for good. */
  periodSeconds: number
  state: PlanState
}

/** A creation of a plan's association, whatever its ExtraData say. */
export interface PlanRecord {
  /** 33 bytes. */
  creator: Uint8Array
  slug: string
  /** What PREV names; null where it is empty or no reference. */
  prev: RecordRef | null
  /** Null: ill-formed, so it counts as CLOSED with the terms of the version before it. */
  terms: PlanTerms | null
}

/** A creation of a subscription's association, whatever its ExtraData say. */
export interface SubscriptionRecord {
  /** 33 bytes each. */
  fan: Uint8Array
  creator: Uint8Array
  slug: string
  prev: RecordRef | null
  /** The outputs to the creator in the same transaction, added up. */
  paidNanos: bigint
  /** Null: ill-formed, so it buys nothing. `periods` is at least 1 and has no upper bound here. */
  order: { plan: RecordRef; periods: bigint } | null
}

/** What a transaction carries to write a record. */
export interface RecordDraft {
  metadata: CreateUserAssociation
  outputs: readonly TransactionOutput[]
  /** Every key of the record's kind, as nodes merge the ExtraData of a replaced entry. */
  extraData: ReadonlyMap<string, Uint8Array>
}

/** The plan version that a transaction writes; null when it writes none. */
export function parsePlanRecord(transaction: Transaction): PlanRecord | null {
  const association = readAssociation(transaction, PLAN_TYPE)
  if (!association || !equalBytes(transaction.publicKey, association.target)) return null
  const text = readTexts(transaction)
  return {
    creator: transaction.publicKey,
    slug: association.slug,
    prev: parseRecordRef(text('PREV') ?? ''),
    terms: parsePlanTerms(text),
  }
}

/** The subscription record that a transaction writes, with what it pays; null when it writes none. */
export function parseSubscriptionRecord(transaction: Transaction): SubscriptionRecord | null {
  const association = readAssociation(transaction, SUBSCRIPTION_TYPE)
  if (!association) return null
  const text = readTexts(transaction)
  return {
    fan: transaction.publicKey,
    creator: association.target,
    slug: association.slug,
    prev: parseRecordRef(text('PREV') ?? ''),
    paidNanos: sumOfOutputsTo(association.target, transaction.outputs),
    order: parseOrder(text),
  }
}

export interface PlanDraft extends PlanTerms {
  creator: Uint8Array
  slug: string
  /** The current version, committed; null for the first. */
  prev: RecordRef | null
}

/** A new version of a plan. Throws InvalidInputError, with the path of the field, for terms that do not hold. */
export function buildPlanRecord(plan: PlanDraft): RecordDraft {
  checkPlanTerms(plan)
  return {
    metadata: createAssociation(PLAN_TYPE, plan.creator, plan.slug),
    outputs: [],
    extraData: toExtraData({
      V: VERSION,
      PRICENANOS: String(plan.priceNanos),
      PERIODSECONDS: String(plan.periodSeconds),
      TITLE: plan.title,
      STATE: plan.state,
      PREV: formatRecordRef(plan.prev),
    }),
  }
}

export interface SubscriptionDraft {
  creator: Uint8Array
  slug: string
  /** The plan version that is bought, committed, with its price. */
  plan: RecordRef
  priceNanos: bigint
  /** 1 … 1,200. */
  periods: number
  /** The record that it renews, committed; null for a new subscription. */
  prev: RecordRef | null
}

/** A subscription or its renewal, with the payment that it rests on. */
export function buildSubscriptionRecord(subscription: SubscriptionDraft): RecordDraft {
  const { creator, slug, plan, priceNanos, periods, prev } = subscription
  return {
    metadata: createAssociation(SUBSCRIPTION_TYPE, creator, slug),
    outputs: [{ publicKey: creator, amountNanos: requiredNanos(priceNanos, periods) }],
    extraData: toExtraData({
      V: VERSION,
      PLAN: formatRecordRef(plan),
      PERIODS: String(periods),
      PREV: formatRecordRef(prev),
    }),
  }
}

/** Throws InvalidInputError for a slug, title, price or period that no plan may have. */
export function checkPlanTerms(
  plan: Pick<PlanDraft, 'slug' | 'title' | 'priceNanos' | 'periodSeconds'>,
): void {
  if (parseSlug(plan.slug) === null)
    throw new InvalidInputError('A slug is 1 to 64 of a-z, 0-9 and -.', ['slug'])
  checkTitle(plan.title)
  if (plan.priceNanos < 1n || plan.priceNanos > MAX_NANOS) {
    throw new InvalidInputError('A price is at least 1 nano and below 2^64; what is free needs no plan.', [
      'priceNanos',
    ])
  }
  if (!isPeriod(plan.periodSeconds)) {
    throw new InvalidInputError(
      `A period is ${MIN_PERIOD_SECONDS} to ${MAX_PERIOD_SECONDS} seconds, or 0: bought once, for good.`,
      ['periodSeconds'],
    )
  }
}

/** Throws InvalidInputError for a title that this gateway does not write (plans and contents alike). */
export function checkTitle(title: string): void {
  const bytes = encodeText(title).length
  if (bytes < 1 || bytes > MAX_TITLE_BYTES || /[\p{Cc}\p{Cs}]/u.test(title)) {
    throw new InvalidInputError(
      `A title is 1 to ${MAX_TITLE_BYTES} bytes of UTF-8 without control characters.`,
      ['title'],
    )
  }
}

type ReadText = (key: string) => string | null

/** A missing key reads as empty; null: the bytes are no UTF-8. */
function readTexts(transaction: Transaction): ReadText {
  return (key) => decodeText(transaction.extraData.get(key) ?? new Uint8Array())
}

function parsePlanTerms(text: ReadText): PlanTerms | null {
  const title = text('TITLE')
  const state = text('STATE')
  const price = parseDecimal(text('PRICENANOS') ?? '', MAX_NANOS)
  const period = parseDecimal(text('PERIODSECONDS') ?? '', BigInt(MAX_PERIOD_SECONDS))
  if (text('V') !== VERSION || title === null || (state !== 'OPEN' && state !== 'CLOSED')) return null
  if (price === null || price < 1n || period === null || !isPeriod(Number(period))) return null
  return { title, priceNanos: price, periodSeconds: Number(period), state }
}

function parseOrder(text: ReadText): SubscriptionRecord['order'] {
  const plan = parseRecordRef(text('PLAN') ?? '')
  const periods = parseDecimal(text('PERIODS') ?? '')
  if (text('V') !== VERSION || plan === null || periods === null || periods < 1n) return null
  return { plan, periods }
}

function isPeriod(seconds: number): boolean {
  if (seconds === 0) return true
  return Number.isInteger(seconds) && seconds >= MIN_PERIOD_SECONDS && seconds <= MAX_PERIOD_SECONDS
}

function readAssociation(
  { metadata }: Transaction,
  type: string,
): { target: Uint8Array; slug: string } | null {
  if (metadata.type !== 'CREATE_USER_ASSOCIATION') return null
  if (!equalBytes(metadata.appPublicKey, ZERO_KEY) || !isType(metadata.associationType, type)) return null
  const slug = parseSlug(decodeText(metadata.associationValue) ?? '')
  return slug === null ? null : { target: metadata.targetPublicKey, slug }
}

/** Without case, in ASCII alone: no other letter may pass for one of the type's. */
function isType(bytes: Uint8Array, type: string): boolean {
  const folded = bytes.map((byte) => (byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte))
  return equalBytes(folded, encodeText(type))
}

function sumOfOutputsTo(key: Uint8Array, outputs: readonly TransactionOutput[]): bigint {
  return outputs.reduce(
    (sum, output) => sum + (equalBytes(output.publicKey, key) ? output.amountNanos : 0n),
    0n,
  )
}

function createAssociation(type: string, target: Uint8Array, slug: string): CreateUserAssociation {
  return {
    type: 'CREATE_USER_ASSOCIATION',
    targetPublicKey: target,
    appPublicKey: ZERO_KEY,
    associationType: encodeText(type),
    associationValue: encodeText(slug),
  }
}

function toExtraData(texts: Readonly<Record<string, string>>): ReadonlyMap<string, Uint8Array> {
  return new Map(Object.entries(texts).map(([key, text]) => [key, encodeText(text)]))
}
