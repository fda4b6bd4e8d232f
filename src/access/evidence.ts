import { formatDeso } from '../protocol/amounts.js'
import { type CountedPayment, MAX_TIME } from '../protocol/entitlement.js'
import { describePeriod } from '../protocol/periods.js'
import type { PlanVersion } from '../protocol/plan-chain.js'
import type { Evidence } from './decision.js'
import type { SubscriptionState } from './records.js'

/** A state may be judged by again and again. */
const known = new WeakMap<SubscriptionState, readonly Evidence[]>()

/**
 * The committed transactions that a judgement of a subscription rests on: the payments of the present (or last) run,
 * newest first, and the plan versions that they bought; of one that paid too little, that payment.
 */
export function evidenceOf(state: SubscriptionState): readonly Evidence[] {
  const evidence = known.get(state) ?? describe(state)
  known.set(state, evidence)
  return evidence
}

function describe({ entitlement, history }: SubscriptionState): Evidence[] {
  const head = history.hops[0]
  if (entitlement.reason === 'UNDERPAID' && head) {
    return [{ ...placeOf(head), meaning: `Pays ${deso(head.record.paidNanos)}: less than one period.` }]
  }
  const run = entitlement.payments.filter(({ startsAt }) => startsAt >= (entitlement.startsAt ?? 0))
  const versions = new Map(run.map(({ version }) => [version.id, version]))
  return [...run.map(paymentEvidence), ...[...versions.values()].map(versionEvidence)]
}

function paymentEvidence(payment: CountedPayment): Evidence {
  const periods = `${payment.periods} ${payment.periods === 1 ? 'period' : 'periods'}`
  const until = payment.endsAt === MAX_TIME ? 'for good' : `until ${timeText(payment.endsAt)}`
  return {
    ...placeOf(payment),
    meaning: `Pays ${deso(payment.paidNanos)} for ${periods}, from ${timeText(payment.startsAt)} ${until}.`,
  }
}

function versionEvidence(version: PlanVersion): Evidence {
  const { terms } = version
  if (!terms) return { ...placeOf(version), meaning: 'A version of the plan.' }
  const per = terms.periodSeconds === 0 ? 'once, for good' : `per ${describePeriod(terms.periodSeconds)}`
  return {
    ...placeOf(version),
    meaning: `The version of the plan that was bought: ${deso(terms.priceNanos)} ${per}.`,
  }
}

function placeOf({ id, block }: Pick<PlanVersion, 'id' | 'block'>) {
  return { transactionId: id, height: block.height }
}

function deso(nanos: bigint): string {
  return `${formatDeso(nanos)} DESO`
}

function timeText(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toISOString().replace('.000Z', 'Z')
}
