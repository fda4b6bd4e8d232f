import { parseSubscriptionRecord } from '../../protocol/records.js'
import { quote } from '../sentence.js'
import type { KindReader } from './kind.js'

/** A subscription, its renewal, and a new one after an end: the record is the same. */
export const subscribe: KindReader = {
  kind: 'SUBSCRIBE',
  recognises: (transaction) => parseSubscriptionRecord(transaction) !== null,
  does(transaction) {
    const record = parseSubscriptionRecord(transaction)
    const slug = quote(record?.slug ?? '')
    if (!record?.order) return `writes an ill-formed subscription to the plan ${slug}, which buys nothing`
    const { periods } = record.order
    return `subscribes to the plan ${slug} for ${periods} ${periods === 1n ? 'period' : 'periods'}`
  },
}
