import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import type { Expectation } from '../check-draft.js'

export interface SubscriptionEnd {
  slug: string
  creator: string
  /** The transactions of the subscription's payments, newest first: any of them may be its record. */
  records: readonly [string, ...string[]]
}

/** The deletion of one of these records. Others of the fan's records are not for the gateway to choose. */
export function expectUnsubscribe({ slug, creator, records }: SubscriptionEnd): Expectation {
  return {
    asked: `end the subscription to the plan ${slug} of ${creator}, whose record is ${records.join(' or ')}`,
    effects({ metadata }) {
      const drafted = metadata.type === 'DELETE_USER_ASSOCIATION' ? bytesToHex(metadata.associationId) : ''
      const id = records.includes(drafted) ? drafted : records[0]
      return {
        outputs: [],
        metadata: { type: 'DELETE_USER_ASSOCIATION', associationId: hexToBytes(id) },
        extraData: new Map(),
      }
    },
  }
}
