import type { NodePost } from '../../deso/node.js'
import type { Transaction } from '../../deso/transaction.js'
import { decodeText } from '../../protocol/bytes.js'

const KEYS = ['DIGV', 'DIGTITLE', 'DIGMANIFEST', 'DIGACCESS'] as const

/** What ExtraData say of a content, by their keys. */
export type PostFields = Readonly<Record<string, string>>

/** As a transaction has them: a key that is empty deletes, a missing one leaves what was there. */
export function fieldsOf({ extraData }: Transaction): PostFields {
  const fields: Record<string, string> = {}
  for (const key of KEYS) {
    const value = extraData.get(key)
    if (value) fields[key] = decodeText(value) ?? ''
  }
  return fields
}

/** As a post has them, over all its edits. */
export function shownFieldsOf({ extraData }: NodePost): PostFields {
  return Object.fromEntries(KEYS.map((key) => [key, extraData.get(key) ?? '']))
}
