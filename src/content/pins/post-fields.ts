import type { Transaction } from '../../deso/transaction.js'
import { decodeText } from '../../protocol/bytes.js'

const FIELDS = ['DIGV', 'DIGTITLE', 'DIGMANIFEST', 'DIGACCESS'] as const

/** The keys of ExtraData that say a content, as a transaction has them. */
export function fieldsOf({ extraData }: Transaction): Readonly<Record<string, string>> {
  const fields: Record<string, string> = {}
  for (const key of FIELDS) {
    const value = extraData.get(key)
    if (value) fields[key] = decodeText(value) ?? ''
  }
  return fields
}
