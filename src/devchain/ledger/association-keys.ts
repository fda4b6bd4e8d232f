import { fromHex } from '../go/hex.js'
import type { AssociationEntry } from './entries.js'

/**
 * Keys of a node's association indexes (core lib/db_utils.go): types in lower case, type and value ended by a zero
 * byte, app last. Each is split into the part that groups rows and the part that sorts them.
 */
export type AssociationIndex = 'both' | 'transactor' | 'target' | 'type'

export interface AssociationKey {
  group: string
  key: string
}

export type KeyedBy = Pick<AssociationEntry, 'transactor' | 'target' | 'app' | 'type' | 'value'>

export function associationKey(index: AssociationIndex, entry: KeyedBy): AssociationKey {
  const label = typeKey(entry.type) + valueKey(entry.value)
  const app = bytesAsText(entry.app)
  switch (index) {
    case 'both':
      return { group: `${entry.transactor}${entry.target}`, key: label + app }
    case 'transactor':
      return { group: entry.transactor, key: label + bytesAsText(entry.target) + app }
    case 'target':
      return { group: entry.target, key: label + bytesAsText(entry.transactor) + app }
    case 'type':
      return { group: '', key: label + bytesAsText(entry.target) + bytesAsText(entry.transactor) + app }
  }
}

export function typeKey(type: string): string {
  return `${lowerCaseBytes(type)}\0`
}

export function valueKey(value: string): string {
  return `${value}\0`
}

export function bytesAsText(hex: string): string {
  return Buffer.from(fromHex(hex)).toString('latin1')
}

/** Go's bytes.ToLower works on UTF-8; text is latin1 of the bytes here. */
export function lowerCaseBytes(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text.toLowerCase()
  return Buffer.from(Buffer.from(text, 'latin1').toString('utf8').toLowerCase()).toString('latin1')
}
