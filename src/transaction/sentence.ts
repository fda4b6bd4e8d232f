import { type Network, publicKeyFromBytes } from '../deso/keys.js'
import type { Transaction, TransactionOutput } from '../deso/transaction.js'
import { formatDeso } from '../protocol/amounts.js'

const MAX_QUOTED_CHARACTERS = 120

/** What others wrote, fit to stand in a sentence: without control characters, of bounded length. */
export function quote(text: string): string {
  const plain = Array.from(text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\u{fffd}'))
  const shown =
    plain.length > MAX_QUOTED_CHARACTERS
      ? `${plain.slice(0, MAX_QUOTED_CHARACTERS).join('')}…`
      : plain.join('')
  return `“${shown}”`
}

/** Who does what, pays what to whom, at what fee: "K subscribes to …, pays 2 DESO to L, and a fee of 0.0000003 DESO." */
export function sentenceOf(
  transaction: Transaction,
  does: string | null,
  network: Network,
  extraSpendNanos: bigint,
): string {
  const signer = nameOf(transaction.publicKey, network)
  const payments = transaction.outputs.map((output) => payment(output, transaction, network))
  const costs = [
    ...payments,
    ...(extraSpendNanos > 0n ? [`${formatDeso(extraSpendNanos)} DESO for a first profile`] : []),
    `a network fee of ${formatDeso(transaction.feeNanos)} DESO`,
  ]
  return `${signer} ${does === null ? '' : `${does}, and `}pays ${enumerate(costs)}.`
}

function payment(
  { publicKey, amountNanos }: TransactionOutput,
  { publicKey: signer }: Transaction,
  network: Network,
): string {
  const isOwn = Buffer.compare(publicKey, signer) === 0
  return `${formatDeso(amountNanos)} DESO to ${isOwn ? 'themselves' : nameOf(publicKey, network)}`
}

/** Whole keys: a shortened one is easily forged. */
function nameOf(key: Uint8Array, network: Network): string {
  return key.length === 33 ? publicKeyFromBytes(key, network) : 'Nobody'
}

function enumerate(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}
