import type { Transaction, TransactionMetadata } from '../../src/deso/transaction.js'
import { encodeText } from '../../src/protocol/bytes.js'

export interface Tampering {
  /** Which part, e.g. "metadata.body". */
  part: string
  transaction: Transaction
}

/** Somebody who is no party. */
const THIEF = Uint8Array.of(2, ...new Uint8Array(32).fill(0x33))

/** A transaction with each of its parts changed, one at a time. The nonce and the fee are left alone. */
export function tamperings(transaction: Transaction): Tampering[] {
  const change = (part: string, changed: Partial<Transaction>): Tampering => ({
    part,
    transaction: { ...transaction, ...changed },
  })
  return [
    change('version', { version: 2n }),
    change('signer', { publicKey: THIEF }),
    change('signature', { signature: new Uint8Array(70).fill(1) }),
    ...outputsOf(transaction).map(([part, outputs]) => change(part, { outputs })),
    ...metadataOf(transaction.metadata).map(([part, metadata]) => change(part, { metadata })),
    ...extraDataOf(transaction.extraData).map(([part, extraData]) => change(part, { extraData })),
  ]
}

function outputsOf({ outputs }: Transaction): [string, Transaction['outputs']][] {
  const added = { publicKey: THIEF, amountNanos: 1n }
  return [
    ['an output added', [...outputs, added]],
    ['an output added before', [added, ...outputs]],
    ...outputs.flatMap((output, index): [string, Transaction['outputs']][] => [
      [`outputs.${index} more`, outputs.with(index, { ...output, amountNanos: output.amountNanos + 1n })],
      [`outputs.${index} less`, outputs.with(index, { ...output, amountNanos: output.amountNanos - 1n })],
      [`outputs.${index} to another`, outputs.with(index, { ...output, publicKey: THIEF })],
      [`outputs.${index} left out`, outputs.toSpliced(index, 1)],
      [`outputs.${index} twice`, [...outputs, output]],
    ]),
  ]
}

const OTHER_KINDS: TransactionMetadata[] = [
  { type: 'BASIC_TRANSFER' },
  { type: 'DELETE_USER_ASSOCIATION', associationId: new Uint8Array(32).fill(9) },
  // AUTHORIZE_DERIVED_KEY: it would hand over the account.
  { type: 'OPAQUE', typeNumber: 22n, bytes: new Uint8Array() },
]

function metadataOf(metadata: TransactionMetadata): [string, TransactionMetadata][] {
  const fields = Object.entries(metadata).filter(([name]) => name !== 'type')
  const changed = fields.flatMap(([name, value]) =>
    othersThan(name, value).map((other): [string, TransactionMetadata] => [
      `metadata.${name}`,
      { ...metadata, [name]: other } as TransactionMetadata,
    ]),
  )
  const kinds = OTHER_KINDS.filter(({ type }) => type !== metadata.type)
  return [...changed, ...kinds.map((kind): [string, TransactionMetadata] => [`the kind ${kind.type}`, kind])]
}

function othersThan(name: string, value: unknown): unknown[] {
  if (typeof value === 'boolean') return [!value]
  // A timestamp may differ by moments.
  if (typeof value === 'bigint') return name === 'timestampNanos' ? [0n, value * 2n] : [value + 1n, 0n]
  const bytes = value as Uint8Array
  if (name === 'targetPublicKey' || name === 'appPublicKey') return [THIEF]
  if (name === 'associationId') return [bytes.with(0, (bytes[0] ?? 0) ^ 1)]
  return [Uint8Array.of(...bytes, 0x20), ...(bytes.length > 0 ? [bytes.subarray(1)] : [])]
}

type ExtraData = Transaction['extraData']

function extraDataOf(extraData: ExtraData): [string, ExtraData][] {
  const added = ['DerivedPublicKey', 'A', 'ZZ'].map((key): [string, ExtraData] => [
    `ExtraData ${key} added`,
    new Map([...extraData, [key, THIEF]]),
  ])
  const changed = [...extraData].flatMap(([key, value]): [string, ExtraData][] => [
    [`ExtraData ${key} longer`, new Map([...extraData, [key, Uint8Array.of(...value, 0x31)]])],
    [`ExtraData ${key} other`, new Map([...extraData, [key, encodeText('2')]])],
    [`ExtraData ${key} left out`, new Map([...extraData].filter(([other]) => other !== key))],
  ])
  return [...added, ...changed]
}
