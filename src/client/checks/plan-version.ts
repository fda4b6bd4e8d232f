import { formatDeso } from '../../protocol/amounts.js'
import { describePeriod } from '../../protocol/periods.js'
import { buildPlanRecord, type PlanTerms } from '../../protocol/records.js'
import type { Expectation } from '../check-draft.js'
import { drawnPrev, drawnReference } from './free-values.js'

export interface PlanVersion extends PlanTerms {
  /** 33 bytes. */
  creator: Uint8Array
  slug: string
  /** The version that it replaces, where the caller has seen one; else any, or none, will do. */
  replaces: string | null
}

/** A plan, a new version of one, or its closing. Throws InvalidInputError for terms that no plan may have. */
export function expectPlanVersion({ replaces, ...plan }: PlanVersion): Expectation {
  const record = buildPlanRecord({ ...plan, prev: null })
  return {
    asked: plan.state === 'OPEN' ? `offer ${wordsOf(plan)}` : `close ${wordsOf(plan)}`,
    effects: (drafted) => ({
      ...record,
      extraData: new Map([
        ...record.extraData,
        [
          'PREV',
          replaces === null
            ? drawnPrev(drafted)
            : drawnReference(drafted, 'PREV', (id) => id === replaces, `<height>:${replaces}`),
        ],
      ]),
    }),
  }
}

function wordsOf({ slug, title, priceNanos, periodSeconds }: Omit<PlanVersion, 'replaces'>): string {
  const period = periodSeconds === 0 ? 'for good' : `for ${describePeriod(periodSeconds)}`
  return `the plan ${slug} (${title}): ${formatDeso(priceNanos)} DESO ${period}`
}
