import type { TransactionMetadata, TransactionOutput } from '../../deso/transaction.js'
import { typeNameOf } from '../../deso/transaction-types.js'
import { decodeHex, toHex } from '../go/hex.js'
import { flag, int64, text } from '../go/json-fields.js'
import type { GoJson } from '../go/json-write.js'
import { DIAMOND_LEVELS, diamondLevel, diamondNanos } from '../ledger/applause.js'
import type { NodeView } from '../node-view.js'
import { encodeExtraData } from '../views/extra-data.js'
import { uvarint, writeOther } from '../wire/other-metadata.js'
import {
  CONSTRUCT_FIELDS,
  type Constructed,
  construct,
  constructedJson,
  feeOutputs,
  keyBytes,
  orRefuse,
  spendingOf,
} from './construct.js'
import { NodeError } from './reply.js'
import { decodeBody } from './request.js'
import type { Route } from './routes.js'

/** Building follows, likes and diamonds (backend routes/transaction.go). */
export const socialConstructRoutes: Route[] = [
  {
    method: 'POST',
    path: '/api/v0/create-follow-txn-stateless',
    handle(node, request) {
      const caller = 'CreateFollowTxnStateless: '
      const body = decodeBody(
        request,
        'CreateFollowTxnStatelessRequest',
        {
          ...CONSTRUCT_FIELDS,
          FollowerPublicKeyBase58Check: text,
          FollowedPublicKeyBase58Check: text,
          IsUnfollow: flag,
        },
        `${caller}Problem parsing request body`,
      )
      const key = (given: string) => keyBytes(given, `${caller}problem decoding public key ${given}: `)
      const metadata = writeOther('FOLLOW', {
        FollowedPublicKey: key(body.FollowedPublicKeyBase58Check),
        IsUnfollow: body.IsUnfollow,
      })
      return plainAnswer(build(node, body, key(body.FollowerPublicKeyBase58Check), metadata, caller))
    },
  },
  {
    method: 'POST',
    path: '/api/v0/create-like-stateless',
    handle(node, request) {
      const caller = 'CreateLikeStateless: '
      const body = decodeBody(
        request,
        'CreateLikeStatelessRequest',
        { ...CONSTRUCT_FIELDS, ReaderPublicKeyBase58Check: text, LikedPostHashHex: text, IsUnlike: flag },
        `${caller}Problem parsing request body`,
      )
      const reader = body.ReaderPublicKeyBase58Check
      const owner = keyBytes(reader, `${caller}Problem decoding public key ${reader}: `)
      const metadata = writeOther('LIKE', {
        LikedPostHash: postHash(body.LikedPostHashHex, caller),
        IsUnlike: body.IsUnlike,
      })
      return plainAnswer(build(node, body, owner, metadata, caller))
    },
  },
  {
    method: 'POST',
    path: '/api/v0/send-diamonds',
    handle(node, request) {
      const caller = 'SendDiamonds: '
      const body = decodeBody(
        request,
        'SendDiamondsRequest',
        {
          ...CONSTRUCT_FIELDS,
          SenderPublicKeyBase58Check: text,
          ReceiverPublicKeyBase58Check: text,
          DiamondPostHashHex: text,
          DiamondLevel: int64,
        },
        `${caller}Problem parsing request body`,
      )
      const key = (given: string) => keyBytes(given, `${caller}Problem decoding public key ${given}: `)
      const sender = key(body.SenderPublicKeyBase58Check)
      const receiver = key(body.ReceiverPublicKeyBase58Check)
      const hash = postHash(body.DiamondPostHashHex, caller)
      const level = Number(body.DiamondLevel)
      const amountNanos = priceOf(node, sender, hash, level)
      const praise = new Map([
        ['DiamondLevel', uvarint(BigInt(level) * 2n)],
        ['DiamondPostHash', hash],
      ])
      const constructed = build(node, body, sender, { type: 'BASIC_TRANSFER' }, caller, {
        outputs: [{ publicKey: receiver, amountNanos }],
        praise,
      })
      return {
        SpendAmountNanos: spendingOf(constructed).spend,
        ...plainAnswer(constructed),
        TxnHashHex: constructed.hash,
      }
    },
  },
]

interface SharedBody {
  MinFeeRateNanosPerKB: bigint
  TransactionFees: readonly { PublicKeyBase58Check: string; AmountNanos: bigint }[]
  ExtraData: ReadonlyMap<string, string>
}

function build(
  node: NodeView,
  body: SharedBody,
  owner: Uint8Array,
  metadata: TransactionMetadata,
  caller: string,
  gift: { outputs: TransactionOutput[]; praise: Map<string, Uint8Array> } = {
    outputs: [],
    praise: new Map(),
  },
): Constructed {
  const fees = orRefuse(`${caller}TransactionFees specified in Request body are invalid: `, () =>
    feeOutputs(node, typeNameOf(metadata), body.TransactionFees),
  )
  const extraData = orRefuse(`${caller}Problem encoding ExtraData: `, () => encodeExtraData(body.ExtraData))
  return construct(node, {
    owner,
    metadata,
    outputs: [...fees, ...gift.outputs],
    extraData: new Map([...extraData, ...gift.praise]),
    minFeeRate: body.MinFeeRateNanosPerKB,
  })
}

function plainAnswer(constructed: Constructed): { [field: string]: GoJson } {
  const { total, fee } = spendingOf(constructed)
  return {
    TotalInputNanos: total,
    ChangeAmountNanos: 0,
    FeeNanos: fee,
    Transaction: constructedJson(constructed, {}),
    TransactionHex: constructed.hex,
  }
}

/** What is missing to a diamond of this level. */
function priceOf(
  { chain: { ledger } }: NodeView,
  sender: Uint8Array,
  hash: Uint8Array,
  level: number,
): bigint {
  const post = ledger.post(toHex(hash))
  if (!post) throw new NodeError(400, 'SendDiamonds: Post hash not found')
  if (level < 1 || level > DIAMOND_LEVELS) throw new NodeError(400, 'SendDiamonds: Diamond level invalid')
  return diamondNanos(level) - diamondNanos(diamondLevel(ledger, post, toHex(sender)))
}

function postHash(hex: string, caller: string): Uint8Array {
  const bytes = orRefuse(`${caller}Error parsing post hash ${hex}: `, () => decodeHex(hex))
  if (bytes.length === 32) return bytes
  throw new NodeError(400, `${caller}Error parsing post hash ${hex}: <nil>`)
}
