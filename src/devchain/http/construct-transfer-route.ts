import type { Transaction, TransactionOutput } from '../../deso/transaction.js'
import { fromHex, toHex } from '../go/hex.js'
import { int64, text } from '../go/json-fields.js'
import type { NodeView } from '../node-view.js'
import { encodeExtraData } from '../views/extra-data.js'
import { decodeCheck, keyText } from '../wire/base58-check.js'
import { NodePanic } from '../wire/parse-transaction.js'
import {
  CONSTRUCT_FIELDS,
  type Constructed,
  construct,
  constructedJson,
  feeOutputs,
  freshNonce,
  orRefuse,
  spendingOf,
} from './construct.js'
import { NodeError } from './reply.js'
import { decodeBody } from './request.js'
import type { Route } from './routes.js'

/** send-deso (backend routes/transaction.go): the recipient's output comes last. */
export const transferConstructRoute: Route = {
  method: 'POST',
  path: '/api/v0/send-deso',
  handle(node, request) {
    const body = decodeBody(
      request,
      'SendDeSoRequest',
      {
        ...CONSTRUCT_FIELDS,
        SenderPublicKeyBase58Check: text,
        RecipientPublicKeyOrUsername: text,
        AmountNanos: int64,
      },
      'SendDeSo: Problem parsing request body',
    )
    const recipient = recipientOf(node, body.RecipientPublicKeyOrUsername)
    const owner = keyOf(body.SenderPublicKeyBase58Check, 'sender')
    const fees = orRefuse('SendDESO: TransactionFees specified in Request body are invalid: ', () =>
      feeOutputs(node, 'BASIC_TRANSFER', body.TransactionFees),
    )
    const extraData = orRefuse('SendDeSo: Problem encoding ExtraData: ', () =>
      encodeExtraData(body.ExtraData),
    )
    const isMax = body.AmountNanos < 0n
    const nonce = isMax ? nonceOfMax(node) : freshNonce(node)
    const build = (amountNanos: bigint) =>
      construct(node, {
        owner,
        metadata: { type: 'BASIC_TRANSFER' },
        outputs: [...fees, { publicKey: recipient, amountNanos }],
        extraData,
        minFeeRate: body.MinFeeRateNanosPerKB,
        nonce,
      })
    const constructed = isMax ? buildMax(node, owner, fees, build) : build(body.AmountNanos)
    const { spend, total, fee } = spendingOf(constructed)
    return {
      TotalInputNanos: total,
      SpendAmountNanos: spend,
      ChangeAmountNanos: 0,
      FeeNanos: fee,
      TransactionIDBase58Check: keyText(constructed.hash),
      Transaction: constructedJson(constructed, { emptyInputs: !isMax }),
      TransactionHex: constructed.hex,
      TxnHashHex: constructed.hash,
    }
  },
}

/** All that the sender has, after fees. */
function buildMax(
  { chain }: NodeView,
  owner: Uint8Array,
  fees: readonly TransactionOutput[],
  build: (amountNanos: bigint) => Constructed,
): Constructed {
  const balance = chain.ledger.balance(toHex(owner))
  const others = fees.reduce((sum, { amountNanos }) => sum + amountNanos, 0n)
  const fee = build(balance).transaction.feeNanos
  const rest = balance - others - fee
  if (rest <= 0n) throw new NodePanic('nothing is left to send')
  return build(rest)
}

/** A node goes by the tip here, and by the block after it everywhere else. */
function nonceOfMax(node: NodeView): Transaction['nonce'] {
  const { expirationBlockHeight, partialId } = freshNonce(node)
  return { expirationBlockHeight: expirationBlockHeight - 1n, partialId }
}

/** What begins like a key is one; all else is a name. */
function recipientOf({ chain }: NodeView, keyOrName: string): Uint8Array {
  if (keyOrName.startsWith('tBC')) return keyOf(keyOrName, 'recipient')
  const profile = chain.ledger.profileByUsername(keyOrName)
  if (!profile) throw new NodeError(400, `SendDeSo: Profile with username ${keyOrName} does not exist`)
  return fromHex(profile.account)
}

function keyOf(key: string, role: string): Uint8Array {
  const problem = `SendDeSo: Problem decoding ${role} base58 public key ${key}: `
  return orRefuse(problem, () => {
    const bytes = decodeCheck(key)
    if (bytes.length !== 33) throw new Error(': CheckDecode: Invalid input format')
    return bytes
  })
}
