import { bytesToHex } from '@noble/hashes/utils.js'
import { type Network, publicKeyFromBytes } from '../deso/keys.js'
import type { Transaction, TransactionOutput } from '../deso/transaction.js'
import { formatDeso } from '../protocol/amounts.js'
import { decodeText } from '../protocol/bytes.js'

/** Words for a refusal. They decide nothing: bytes do. */

/** What the bytes do, in a line. */
export function describeTransaction(transaction: Transaction, network: Network): string {
  const { metadata, outputs, publicKey, feeNanos } = transaction
  const type = metadata.type === 'OPAQUE' ? `type ${metadata.typeNumber}` : metadata.type
  const paid = outputs.map((output) => showOutput(output, network)).join(', ') || 'nothing'
  return `${type} by ${showKey(publicKey, network)}, paying ${paid}, and a fee of ${feeNanos} nanos`
}

/** Each part in which a draft is not what is wanted: "outputs.0 is …, not …". */
export function differencesOf(drafted: Transaction, wanted: Transaction, network: Network): string[] {
  const is = partsOf(drafted, network)
  const should = partsOf(wanted, network)
  const names = [...new Set([...is.keys(), ...should.keys()])]
  return names
    .filter((name) => is.get(name) !== should.get(name))
    .map((name) => `${name} is ${is.get(name) ?? 'missing'}, not ${should.get(name) ?? 'wanted at all'}`)
}

function partsOf(transaction: Transaction, network: Network): Map<string, string> {
  const { outputs, metadata, publicKey, extraData, signature, version } = transaction
  return new Map([
    ['version', String(version)],
    ['signer', showKey(publicKey, network)],
    ['signature', showBytes(signature)],
    ...outputs.map((output, index) => pair(`outputs.${index}`, showOutput(output, network))),
    ...Object.entries(metadata).map(([name, value]) => pair(name, show(value))),
    ...[...extraData].map(([name, value]) => pair(`ExtraData ${JSON.stringify(name)}`, showBytes(value))),
  ])
}

function pair(name: string, value: string): [string, string] {
  return [name, value]
}

function showOutput({ publicKey, amountNanos }: TransactionOutput, network: Network): string {
  return `${formatDeso(amountNanos)} DESO to ${showKey(publicKey, network)}`
}

function showKey(bytes: Uint8Array, network: Network): string {
  return bytes.length === 33 ? publicKeyFromBytes(bytes, network) : showBytes(bytes)
}

function show(value: unknown): string {
  return value instanceof Uint8Array ? showBytes(value) : String(value)
}

/** Printable ASCII as text, anything else as hex: two byte strings never look alike. */
function showBytes(bytes: Uint8Array): string {
  const text = decodeText(bytes)
  return text !== null && /^[\x20-\x7e]*$/.test(text) ? JSON.stringify(text) : `0x${bytesToHex(bytes)}`
}
