import { encodeTransaction } from '../../deso/codec.js'
import { decodeHex } from '../go/hex.js'
import { text } from '../go/json-fields.js'
import { GoJsonError } from '../go/json-scan.js'
import type { GoJson } from '../go/json-write.js'
import { feeRate, MAX_FEE_RATE } from '../ledger/params.js'
import { RuleRefusal } from '../ledger/rule-refusal.js'
import type { NodeView } from '../node-view.js'
import { postJson } from '../views/post.js'
import { profileJson } from '../views/profile.js'
import { transactionJson } from '../views/transaction-json.js'
import { keyText } from '../wire/base58-check.js'
import { assertParsableSignature } from '../wire/der.js'
import { WireError } from '../wire/lenient-reader.js'
import { type ParsedTransaction, parseTransaction } from '../wire/parse-transaction.js'
import { NodeError } from './reply.js'
import { decodeBody } from './request.js'
import type { Route } from './routes.js'

/** Submitting a transaction: the one way to change the chain (backend routes/transaction.go, SubmitTransaction). */
export const submitRoutes: Route[] = [
  {
    method: 'POST',
    path: '/api/v0/submit-transaction',
    takesAnyType: true,
    isWrite: true,
    async handle(node, request) {
      const body = decodeBody(
        request,
        'SubmitTransactionRequest',
        { TransactionHex: text, UnsignedTransactionHex: text, TransactionSignatureHex: text },
        `${REQUEST}Problem parsing request body`,
      )
      return submit(node, readTransaction(body))
    },
  },
]

const REQUEST = 'SubmitTransactionRequest: '
const BROADCAST =
  'SubmitTransaction: Problem processing transaction: VerifyAndBroadcastTransaction: Problem broadcasting txn: BroadcastTransaction: '

interface SubmitBody {
  TransactionHex: string
  UnsignedTransactionHex: string
  TransactionSignatureHex: string
}

function readTransaction(body: SubmitBody): ParsedTransaction {
  if (body.TransactionHex !== '' && body.UnsignedTransactionHex !== '') {
    throw refuse(
      'Cannot submit both TransactionHex and UnsignedTransactionHex. You must pick one or the other.',
    )
  }
  if (body.UnsignedTransactionHex !== '') return readParts(body)
  const bytes = hexOrRefuse(body.TransactionHex, 'Problem deserializing transaction hex')
  return parseOrRefuse(() => parseTransaction(bytes), 'Problem deserializing transaction from bytes')
}

function readParts(body: SubmitBody): ParsedTransaction {
  if (body.TransactionSignatureHex === '') {
    throw refuse('Must provide TransactionSignatureHex when submitting UnsignedTransactionHex.')
  }
  const unsigned = hexOrRefuse(body.UnsignedTransactionHex, 'Problem decoding unsigned transaction hex')
  const parsed = parseOrRefuse(
    () => parseTransaction(unsigned),
    'Problem deserializing unsigned transaction from bytes',
  )
  const signature = hexOrRefuse(body.TransactionSignatureHex, 'Problem decoding signature hex')
  parseOrRefuse(() => assertParsableSignature(signature), 'Problem deserializing signature from bytes')
  const transaction = { ...parsed.transaction, signature: new Uint8Array(signature) }
  return { ...parsed, transaction, size: sizeOf(transaction) ?? parsed.size + signature.length }
}

function sizeOf(transaction: ParsedTransaction['transaction']): number | undefined {
  try {
    return encodeTransaction(transaction).length
  } catch {
    return undefined
  }
}

async function submit(node: NodeView, parsed: ParsedTransaction): Promise<GoJson> {
  if (feeRate(parsed.transaction.feeNanos, parsed.size) > MAX_FEE_RATE) {
    throw refuse('Transaction fee rate too high')
  }
  const { id, refusal } = await broadcast(node, parsed)
  if (refusal !== null) {
    throw new NodeError(
      400,
      `${BROADCAST}Transaction ${id} was not validated due to error: TryConnectTransaction: Problem connecting txn on copy view: ${refusal}`,
    )
  }
  return {
    Transaction: transactionJson(parsed.transaction),
    TxnHashHex: id,
    TransactionIDBase58Check: keyText(id),
    PostEntryResponse: node.within(() => submittedPost(node, parsed, id)),
  }
}

async function broadcast(node: NodeView, parsed: ParsedTransaction) {
  try {
    return await node.submit(parsed)
  } catch (error) {
    if (!(error instanceof RuleRefusal)) throw error
    throw new NodeError(
      400,
      `${BROADCAST}: Server._addNewTxn: problem adding txn to pos mempool: ${error.text}`,
    )
  }
}

function submittedPost({ chain }: NodeView, { transaction }: ParsedTransaction, id: string): GoJson {
  const { metadata } = transaction
  if (metadata.type !== 'SUBMIT_POST') return null
  const edited = Buffer.from(metadata.postHashToModify).toString('hex')
  const post = chain.ledger.post(edited || id)
  if (!post) return null
  const profile = profileJson(chain.ledger, chain.ledger.profile(post.poster))
  try {
    return postJson(chain, post, { profile, reader: post.poster })
  } catch (error) {
    if (error instanceof GoJsonError) return null
    throw error
  }
}

function refuse(problem: string): NodeError {
  return new NodeError(400, `${REQUEST}${problem}`)
}

function hexOrRefuse(hex: string, problem: string): Buffer {
  try {
    return decodeHex(hex)
  } catch (error) {
    throw refuse(`${problem}: ${(error as Error).message}`)
  }
}

function parseOrRefuse<T>(parse: () => T, problem: string): T {
  try {
    return parse()
  } catch (error) {
    if (error instanceof WireError) throw refuse(`${problem}: ${error.message}`)
    throw error
  }
}
