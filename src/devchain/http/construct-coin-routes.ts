import { fromHex, toHex } from '../go/hex.js'
import { type Decoded, text, uint64, uint256 } from '../go/json-fields.js'
import type { GoJson } from '../go/json-write.js'
import { BUY, priceTrade, SELL, type Trade } from '../ledger/creator-coins.js'
import { assertTransferable, DAO_OPERATIONS } from '../ledger/dao-coins.js'
import { type ProfileEntry, TRANSFER_RESTRICTIONS } from '../ledger/entries.js'
import type { NodeView } from '../node-view.js'
import { encodeExtraData } from '../views/extra-data.js'
import { decodeKey } from '../wire/base58-check.js'
import { type OtherFields, type OtherType, writeOther } from '../wire/other-metadata.js'
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

/** Building trades and transfers of coins (backend routes/transaction.go). */
const DAO_COIN_FIELDS = {
  ...CONSTRUCT_FIELDS,
  UpdaterPublicKeyBase58Check: text,
  ProfilePublicKeyBase58CheckOrUsername: text,
  OperationType: text,
  CoinsToMintNanos: uint256,
  CoinsToBurnNanos: uint256,
  TransferRestrictionStatus: text,
}

const TRADE_FIELDS = {
  ...CONSTRUCT_FIELDS,
  UpdaterPublicKeyBase58Check: text,
  CreatorPublicKeyBase58Check: text,
  OperationType: text,
  DeSoToSellNanos: uint64,
  CreatorCoinToSellNanos: uint64,
  DeSoToAddNanos: uint64,
  MinDeSoExpectedNanos: uint64,
  MinCreatorCoinExpectedNanos: uint64,
}

export const coinConstructRoutes: Route[] = [
  {
    method: 'POST',
    path: '/api/v0/dao-coin',
    handle(node, request) {
      const caller = 'DAOCoin: '
      const body = decodeBody(
        request,
        'DAOCoinRequest',
        DAO_COIN_FIELDS,
        `${caller}Problem parsing request body`,
      )
      const updater = body.UpdaterPublicKeyBase58Check
      const owner = keyBytes(updater, `${caller}Problem decoding public key ${updater}: `)
      const profile = profileOf(node, body.ProfilePublicKeyBase58CheckOrUsername, caller)
      const metadata = daoCoinFields(profile, owner, body)
      return plainAnswer(build(node, body, owner, 'DAO_COIN', metadata, caller))
    },
  },
  {
    method: 'POST',
    path: '/api/v0/transfer-dao-coin',
    handle(node, request) {
      const caller = 'TransferDAOCoin: '
      const body = decodeBody(
        request,
        'TransferDAOCoinRequest',
        {
          ...CONSTRUCT_FIELDS,
          SenderPublicKeyBase58Check: text,
          ProfilePublicKeyBase58CheckOrUsername: text,
          ReceiverPublicKeyBase58CheckOrUsername: text,
          DAOCoinToTransferNanos: uint256,
        },
        `${caller}Problem parsing request body`,
      )
      const sender = body.SenderPublicKeyBase58Check
      const owner = keyBytes(sender, `${caller}Problem decoding public key ${sender}: `)
      const profile = profileOf(node, body.ProfilePublicKeyBase58CheckOrUsername, caller)
      const receiver = accountOf(node, body.ReceiverPublicKeyBase58CheckOrUsername, caller)
      orRefuse(`${caller}Invalid DAOCoinTransfer: `, () =>
        assertTransferable(node.chain.ledger, profile, toHex(owner), receiver),
      )
      const constructed = build(
        node,
        body,
        owner,
        'DAO_COIN_TRANSFER',
        {
          ProfilePublicKey: fromHex(profile.account),
          DAOCoinToTransferNanos: body.DAOCoinToTransferNanos,
          ReceiverPublicKey: fromHex(receiver),
        },
        caller,
      )
      return { SpendAmountNanos: spendingOf(constructed).spend, ...plainAnswer(constructed) }
    },
  },
  {
    method: 'POST',
    path: '/api/v0/buy-or-sell-creator-coin',
    handle(node, request) {
      const caller = 'BuyOrSellCreatorCoin: '
      const body = decodeBody(
        request,
        'BuyOrSellCreatorCoinRequest',
        TRADE_FIELDS,
        `${caller}Problem parsing request body`,
      )
      const key = (given: string) => keyBytes(given, `${caller}Problem decoding public key ${given}: `)
      const owner = key(body.UpdaterPublicKeyBase58Check)
      const isBuy = body.OperationType === 'buy'
      if (!isBuy && body.OperationType !== 'sell') {
        throw new NodeError(400, `${caller}OperationType must be "buy" or "sell"`)
      }
      const fields = {
        ProfilePublicKey: key(body.CreatorPublicKeyBase58Check),
        OperationType: isBuy ? BUY : SELL,
        DeSoToSellNanos: body.DeSoToSellNanos,
        CreatorCoinToSellNanos: body.CreatorCoinToSellNanos,
        DeSoToAddNanos: body.DeSoToAddNanos,
        MinDeSoExpectedNanos: body.MinDeSoExpectedNanos,
        MinCreatorCoinExpectedNanos: body.MinCreatorCoinExpectedNanos,
      }
      const trade = orRefuse(`${caller}Problem connecting ${body.OperationType} transaction: `, () =>
        priceTrade(node.chain.ledger, toHex(owner), fields),
      )
      const constructed = build(node, body, owner, 'CREATOR_COIN', fields, caller)
      return tradeAnswer(constructed, trade, isBuy)
    },
  },
]

function daoCoinFields(
  profile: ProfileEntry,
  owner: Uint8Array,
  body: Decoded<typeof DAO_COIN_FIELDS>,
): OtherFields<'DAO_COIN'> {
  const name = body.OperationType
  const operation = DAO_OPERATIONS.indexOf(name as (typeof DAO_OPERATIONS)[number])
  if (operation === -1) throw new NodeError(400, `DAOCoin: OperationType "${name}" not supported`)
  if (name !== 'burn' && toHex(owner) !== profile.account) {
    throw new NodeError(400, `DAOCoin: Must be profile owner in order to perform ${name} operation`)
  }
  if (name === 'mint' && body.CoinsToMintNanos === 0n)
    throw new NodeError(400, 'DAOCoin: Cannot mint 0 coins')
  if (name === 'burn' && body.CoinsToBurnNanos === 0n)
    throw new NodeError(400, 'DAOCoin: Cannot burn 0 coins')
  const restriction = TRANSFER_RESTRICTIONS.indexOf(
    body.TransferRestrictionStatus as (typeof TRANSFER_RESTRICTIONS)[number],
  )
  return {
    ProfilePublicKey: fromHex(profile.account),
    OperationType: operation,
    CoinsToMintNanos: body.CoinsToMintNanos,
    CoinsToBurnNanos: body.CoinsToBurnNanos,
    TransferRestrictionStatus: Math.max(0, restriction),
  }
}

interface SharedBody {
  MinFeeRateNanosPerKB: bigint
  TransactionFees: readonly { PublicKeyBase58Check: string; AmountNanos: bigint }[]
  ExtraData: ReadonlyMap<string, string>
}

function build<T extends OtherType>(
  node: NodeView,
  body: SharedBody,
  owner: Uint8Array,
  type: T,
  fields: OtherFields<T>,
  caller: string,
): Constructed {
  const outputs = orRefuse(`${caller}TransactionFees specified in Request body are invalid: `, () =>
    feeOutputs(node, type, body.TransactionFees),
  )
  const extraData = orRefuse(`${caller}Problem encoding ExtraData: `, () => encodeExtraData(body.ExtraData))
  return construct(node, {
    owner,
    metadata: writeOther(type, fields),
    outputs,
    extraData,
    minFeeRate: body.MinFeeRateNanosPerKB,
  })
}

function plainAnswer(constructed: Constructed, extraSpend = 0n): { [field: string]: GoJson } {
  const { total, fee } = spendingOf(constructed, extraSpend)
  return {
    TotalInputNanos: total,
    ChangeAmountNanos: 0,
    FeeNanos: fee,
    Transaction: constructedJson(constructed, {}),
    TransactionHex: constructed.hex,
    TxnHashHex: constructed.hash,
  }
}

function tradeAnswer(constructed: Constructed, { coinNanos, desoNanos }: Trade, isBuy: boolean): GoJson {
  const paidNanos = isBuy ? desoNanos : 0n
  return {
    ExpectedDeSoReturnedNanos: isBuy ? 0 : desoNanos,
    ExpectedCreatorCoinReturnedNanos: isBuy ? coinNanos : 0,
    FounderRewardGeneratedNanos: 0,
    SpendAmountNanos: spendingOf(constructed, paidNanos).spend,
    ...plainAnswer(constructed, paidNanos),
  }
}

function profileOf(node: NodeView, keyOrName: string, caller: string): ProfileEntry {
  const { ledger } = node.chain
  const profile = keyOrName.startsWith('tBC')
    ? ledger.profile(accountOf(node, keyOrName, caller))
    : ledger.profileByUsername(keyOrName)
  if (profile) return profile
  throw new NodeError(400, `${caller}Profile with username or public key ${keyOrName} does not exist`)
}

/** What begins like a key is one; all else is a name. */
function accountOf(node: NodeView, keyOrName: string, caller: string): string {
  if (!keyOrName.startsWith('tBC')) return profileOf(node, keyOrName, caller).account
  return orRefuse(`${caller}Problem decoding public key ${keyOrName}: `, () => decodeKey(keyOrName))
}
