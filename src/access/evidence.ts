import { formatDeso } from '../protocol/amounts.js'
import { type CountedPayment, MAX_TIME } from '../protocol/entitlement.js'
import { describePeriod } from '../protocol/periods.js'
import type { PlanVersion } from '../protocol/plan-chain.js'
import type { Evidence } from './decision.js'
import type { SubscriptionState } from './records.js'

/**
 * The committed transactions that a judgement of a subscription rests on: the payments of the present (or last) run,
 * newest first, and the plan versions that they bought; of one that paid too little, that payment.
 */
export function evidenceOf({ entitlement, history }: SubscriptionState): Evidence[] {
  const head = history.hops[0]
  if (entitlement.reason === 'UNDERPAID' && head) {
    return [{ transactionId: head.id, meaning: `Pays ${deso(head.record.paidNanos)}: less than one period.` }]
  }
  const run = entitlement.payments.filter(({ startsAt }) => startsAt >= (entitlement.startsAt ?? 0))
  const versions = new Map(run.map(({ version }) => [version.id, version]))
  return [...run.map(paymentEvidence), ...[...versions.values()].map(versionEvidence)]
}

function paymentEvidence(payment: CountedPayment): Evidence {
  const periods = `${payment.periods} ${payment.periods === 1 ? 'period' : 'periods'}`
  const until = payment.endsAt === MAX_TIME ? 'for good' : `until ${timeText(payment.endsAt)}`
  return {
    transactionId: payment.id,
    meaning: `Pays ${deso(payment.paidNanos)} for ${periods}, from ${timeText(payment.startsAt)} ${until}.`,
  }
}

function versionEvidence({ id, terms }: PlanVersion): Evidence {
  if (!terms) return { transactionId: id, meaning: 'A version of the plan.' }
  const per = terms.periodSeconds === 0 ? 'once, for good' : `per ${describePeriod(terms.periodSeconds)}`
  return {
    transactionId: id,
    meaning: `The version of the plan that was bought: ${deso(terms.priceNanos)} ${per}.`,
  }
}

function deso(nanos: bigint): string {
  return `${formatDeso(nanos)} DESO`
}

function timeText(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toISOString().replace('.000Z', 'Z')
}
