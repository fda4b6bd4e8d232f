import { type PublicKey, publicKeyToBytes } from '../../deso/keys.js'
import { formatDeso } from '../../protocol/amounts.js'
import { requiredNanos } from '../../protocol/periods.js'
import { buildSubscriptionRecord } from '../../protocol/records.js'
import type { Expectation } from '../check-draft.js'
import { drawnPrev, drawnReference } from './free-values.js'

export interface SubscriptionOrder {
  creator: PublicKey
  slug: string
  /** The plan as the caller saw it. */
  planVersion: string
  priceNanos: bigint
  periods: number
}

/**
 * A payment of exactly price × periods to the creator, for that version of the plan. At which height that version
 * stands, and which record is renewed, only the chain tells. Throws InvalidInputError for other than 1 to 1,200 periods.
 */
export function expectSubscribe({
  creator,
  slug,
  planVersion,
  priceNanos,
  periods,
}: SubscriptionOrder): Expectation {
  const record = buildSubscriptionRecord({
    creator: publicKeyToBytes(creator),
    slug,
    plan: { height: 0, id: planVersion },
    priceNanos,
    periods,
    prev: null,
  })
  const cost = formatDeso(requiredNanos(priceNanos, periods))
  return {
    asked: `pay ${cost} DESO to ${creator} for ${periods} of the plan ${slug}, version ${planVersion}`,
    effects: (drafted) => ({
      ...record,
      extraData: new Map([
        ...record.extraData,
        ['PLAN', drawnReference(drafted, 'PLAN', (id) => id === planVersion, `<height>:${planVersion}`)],
        ['PREV', drawnPrev(drafted)],
      ]),
    }),
  }
}
