import { TYPE_NAMES } from '../../deso/transaction-types.js'
import { int64, list, struct, text, uint64 } from '../go/json-fields.js'
import type { PARAM_NAMES } from '../ledger/global-params.js'
import { transactionFeeMap } from '../views/app-state.js'
import { decodeCheck } from '../wire/base58-check.js'
import { uvarint, writeOther } from '../wire/other-metadata.js'
import { construct, constructedJson, keyBytes, orRefuse, spendingOf } from './construct.js'
import { NodeError } from './reply.js'
import { decodeBody } from './request.js'
import type { Route } from './routes.js'

/** What a node's operator may do, and everybody here (backend routes/admin_fees.go, admin_transaction.go). */
export const adminRoutes: Route[] = [
  {
    method: 'POST',
    path: '/api/v0/admin/set-txn-fee-for-txn-type',
    handle(node, request) {
      const caller = 'AdminSetTransactionFeeForTransactionType: '
      const { TransactionType, NewTransactionFees } = decodeBody(
        request,
        'AdminSetTransactionFeeForTransactionTypeRequest',
        {
          TransactionType: text,
          NewTransactionFees: list(
            struct('TransactionFee', { PublicKeyBase58Check: text, AmountNanos: uint64 }),
            '[]routes.TransactionFee',
          ),
        },
        `${caller}Problem parsing request body`,
      )
      if (!TYPE_NAMES.includes(TransactionType)) {
        throw new NodeError(400, `${caller}Unknown transaction type ${TransactionType}`)
      }
      const outputs = orRefuse(caller, () =>
        NewTransactionFees.map(({ PublicKeyBase58Check, AmountNanos }) => ({
          publicKey: decodeCheck(PublicKeyBase58Check),
          amountNanos: AmountNanos,
        })),
      )
      node.operatorFees.set(TransactionType, outputs)
      return { TransactionFeeMap: transactionFeeMap(node) }
    },
  },
  {
    method: 'POST',
    path: '/api/v0/admin/update-global-params',
    handle(node, request) {
      const caller = 'UpdateGlobalParams: '
      const body = decodeBody(
        request,
        'UpdateGlobalParamsRequest',
        {
          UpdaterPublicKeyBase58Check: text,
          MinimumNetworkFeeNanosPerKB: int64,
          MaxNonceExpirationBlockHeightOffset: int64,
          CreateProfileFeeNanos: int64,
          MinFeeRateNanosPerKB: uint64,
        },
        `${caller}Problem parsing request body`,
      )
      const updater = body.UpdaterPublicKeyBase58Check
      const extraData = new Map<string, Uint8Array>()
      for (const [name, field] of Object.entries(REQUEST_FIELDS)) {
        const value = body[field]
        // Less than zero: as it is.
        if (value >= 0n) extraData.set(name, uvarint(value))
      }
      const constructed = construct(node, {
        owner: keyBytes(updater, `${caller}Problem decoding public key ${updater}: `),
        metadata: writeOther('UPDATE_GLOBAL_PARAMS', {}),
        outputs: [],
        extraData,
        minFeeRate: body.MinFeeRateNanosPerKB,
      })
      const { total, fee } = spendingOf(constructed)
      return {
        TotalInputNanos: total,
        ChangeAmountNanos: 0,
        FeeNanos: fee,
        Transaction: constructedJson(constructed, {}),
        TransactionHex: constructed.hex,
      }
    },
  },
]

/** How the request names what ExtraData says. */
const REQUEST_FIELDS = {
  MinNetworkFeeNanosPerKB: 'MinimumNetworkFeeNanosPerKB',
  MaxNonceExpirationBlockHeightOffset: 'MaxNonceExpirationBlockHeightOffset',
  CreateProfileFeeNanos: 'CreateProfileFeeNanos',
} as const satisfies Record<keyof typeof PARAM_NAMES, string>
