import type { SubmitPost, Transaction } from '../../deso/transaction.js'
import { decodeText } from '../../protocol/bytes.js'
import { quote } from '../sentence.js'
import type { KindReader } from './kind.js'

export const publishContent: KindReader = {
  kind: 'PUBLISH_CONTENT',
  recognises: (transaction) => contentPostOf(transaction)?.postHashToModify.length === 0,
  does: (transaction) => `publishes ${titleOf(transaction)}, open to ${policyOf(transaction)}`,
}

export const updateContent: KindReader = {
  kind: 'UPDATE_CONTENT',
  recognises: (transaction) => isEdit(transaction, { isHidden: false }),
  does: (transaction) =>
    `replaces the content ${editedBy(transaction)} by ${titleOf(transaction)}, open to ${policyOf(transaction)}`,
}

export const hideContent: KindReader = {
  kind: 'HIDE_CONTENT',
  recognises: (transaction) => isEdit(transaction, { isHidden: true }),
  does: (transaction) => `unpublishes the content ${editedBy(transaction)}`,
}

/** A post that carries the fields of a content (docs/protocol.md), whether or not they hold. */
function contentPostOf({ metadata, extraData }: Transaction): SubmitPost | null {
  return metadata.type === 'SUBMIT_POST' && extraData.has('DIGMANIFEST') ? metadata : null
}

function isEdit(transaction: Transaction, { isHidden }: { isHidden: boolean }): boolean {
  const post = contentPostOf(transaction)
  return post !== null && post.postHashToModify.length > 0 && post.isHidden === isHidden
}

function titleOf(transaction: Transaction): string {
  return quote(field(transaction, 'DIGTITLE'))
}

function policyOf(transaction: Transaction): string {
  return quote(field(transaction, 'DIGACCESS'))
}

function editedBy(transaction: Transaction): string {
  return Buffer.from(contentPostOf(transaction)?.postHashToModify ?? []).toString('hex')
}

function field({ extraData }: Transaction, key: string): string {
  return decodeText(extraData.get(key) ?? new Uint8Array()) ?? ''
}
