import { parsePublicKey } from '../../deso/keys.js'
import { expectSendDeso } from '../checks/send-deso.js'
import { type ActionOptions, type Executed, execute } from '../execute.js'
import { CreateTransactionDocument } from '../generated.js'
import type { SessionClient } from '../sign-in.js'

export interface SendDesoOptions extends ActionOptions {
  to: string
  /** At least 1. */
  amountNanos: bigint
}

/**
 * Sends DESO to an account.
 *
 * @example
 * const { transactionId } = await sendDeso(session, { to: 'tBC…', amountNanos: 1_500_000_000n })
 */
export async function sendDeso(session: SessionClient, options: SendDesoOptions): Promise<Executed> {
  const { amountNanos } = options
  const to = parsePublicKey(options.to, session.options.network)
  return execute(
    session,
    {
      async draft(idempotencyKey) {
        const sendDeso = { to, amountNanos: String(amountNanos), signer: session.publicKey, idempotencyKey }
        const answer = await session.request(CreateTransactionDocument, { input: { sendDeso } }, options)
        return answer.createTransaction
      },
      expect: () => expectSendDeso({ to, amountNanos }),
    },
    options,
  )
}
