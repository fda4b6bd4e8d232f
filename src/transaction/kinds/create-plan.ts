import { formatDeso } from '../../protocol/amounts.js'
import { describePeriod } from '../../protocol/periods.js'
import { type PlanTerms, parsePlanRecord } from '../../protocol/records.js'
import { quote } from '../sentence.js'
import type { KindReader } from './kind.js'

/** Every version of a plan: the first, one with other terms, and the one that closes it. */
export const createPlan: KindReader = {
  kind: 'CREATE_PLAN',
  recognises: (transaction) => parsePlanRecord(transaction) !== null,
  does(transaction) {
    const record = parsePlanRecord(transaction)
    const slug = quote(record?.slug ?? '')
    if (!record?.terms) return `writes an ill-formed version of the plan ${slug}, which counts as closing it`
    if (record.terms.state === 'CLOSED') {
      return `closes the plan ${slug}: nobody can buy it any more, who has paid keeps what was paid for`
    }
    return `offers the plan ${slug} (${quote(record.terms.title)}) for ${priceOf(record.terms)}`
  },
}

function priceOf({ priceNanos, periodSeconds }: PlanTerms): string {
  const price = `${formatDeso(priceNanos)} DESO`
  return periodSeconds === 0
    ? `${price}, bought once, for good`
    : `${price} per ${describePeriod(periodSeconds)}`
}
