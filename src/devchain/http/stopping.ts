import { NodePanic } from '../wire/parse-transaction.js'
import { NodeError } from './reply.js'
import type { Route } from './routes.js'

/**
 * A node that was told to stop answers on for minutes: its mempool no longer runs, so what needs that fails, and what
 * constructs drops the connection. Health and the tip look well, but the tip does not move.
 */
const NOT_RUNNING = 'PosMempool.GetAugmentedUniversalView: : MempoolErrorNotRunning'
const CALM = ['/api/v0/health-check', '/api/v0/get-committed-tip-block-info']
const CONSTRUCTS = /txn-construction-params|send-|update-profile|submit-post|\/(create|delete)|create-|-coin$/

/** As recorded; what was not recorded fails in the words of get-single-profile. */
const WORDS: Readonly<Record<string, readonly [status: number, text: string]>> = {
  '/api/v0/get-app-state': [400, `GetAppState: Error getting augmented universal view: ${NOT_RUNNING}`],
  '/api/v0/get-single-profile': [400, `GetSingleProfile: Error getting utxoView: ${NOT_RUNNING}`],
  '/api/v0/get-users-stateless': [
    400,
    `GetUsersStateless: Error fetching data for user: updateUserFields: Error calling GetAugmentedUtxoViewForPublicKey: ${NOT_RUNNING}`,
  ],
  '/api/v0/user-associations/query': [500, 'GetUserAssociations: problem getting UTXO view'],
  '/api/v1/block': [400, `APIBlockRequest: Problem fetching utxoView: ${NOT_RUNNING}`],
  '/api/v0/submit-transaction': [
    400,
    'SubmitTransaction: Problem processing transaction: VerifyAndBroadcastTransaction: Problem broadcasting txn: BroadcastTransaction: : Server._addNewTxn: problem adding txn to pos mempool: PosMempool.AddTransaction: : MempoolErrorNotRunning',
  ],
}

/** Throws what a stopping node says; returns where it answers as ever. */
export function assertAnswersWhileStopping({ path }: Route): void {
  if (CALM.includes(path)) return
  if (CONSTRUCTS.test(path)) throw new NodePanic('a node that is stopping constructs nothing')
  const [status, text] = WORDS[path] ?? [400, `Error getting utxoView: ${NOT_RUNNING}`]
  throw new NodeError(status, text)
}
