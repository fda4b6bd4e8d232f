import { type Executed, GetAccountDocument } from '../client/index.js'
import { formatDeso } from '../protocol/amounts.js'
import type { Person } from './cast.js'
import { insist, type Scene } from './scene.js'

export async function balanceOf({ session }: Person, signal: AbortSignal): Promise<bigint> {
  const by = { publicKey: session.publicKey }
  const { account } = await session.request(GetAccountDocument, { by }, { signal })
  insist(typeof account?.balance?.nanos === 'string', 'The node does not tell a balance.')
  return BigInt(account.balance.nanos)
}

export function deso(nanos: bigint): string {
  return `${formatDeso(nanos)} DESO`
}

/** Tells where a transaction stands, and insists that it is committed. */
export function tellCommitted({ narrator, transactions }: Scene, { transaction, draft }: Executed): void {
  const { transactionId, status, block } = transaction
  insist(
    status === 'COMMITTED' && block !== null,
    `Transaction ${transactionId} is ${status}, not committed.`,
  )
  narrator.say(draft.preview.summary)
  narrator.say(`Signed and sent as ${transactionId}`)
  narrator.say(
    `Committed in block ${block.height} (${block.time}) for a fee of ${draft.preview.fee.nanos} nanos.`,
  )
  transactions.push(transactionId)
}
