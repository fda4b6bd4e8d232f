import type { OpaqueMetadata } from '../../deso/transaction.js'
import { BLOCK_REWARD_TYPE, typeNameOf } from '../../deso/transaction-types.js'
import { type OtherFields, type OtherMetadata, type OtherType, readOther } from '../wire/other-metadata.js'
import { connectLike } from './applause.js'
import { connectCreatePostAssociation, connectDeleteAssociation } from './associations.js'
import type { ConnectContext } from './connect.js'
import { BUY, connectCreatorCoin } from './creator-coins.js'
import { connectDaoCoin, connectDaoCoinTransfer } from './dao-coins.js'
import { connectFollow } from './follows.js'
import { connectGlobalParams } from './global-params.js'
import { RuleRefusal, refusingWithin } from './rule-refusal.js'
import { connectTransfer } from './transfer.js'

/** The types that only the local chain knows, each of which is a transfer and one thing more. */
interface Rule<T extends OtherType> {
  /** What a node names before what is wrong with the transfer. */
  caller: string
  /** Beside outputs and fee. */
  cost?(fields: OtherFields<T>): bigint
  connect(context: ConnectContext, fields: OtherFields<T>): void
}

const RULES: { readonly [T in OtherType]: Rule<T> } = {
  FOLLOW: {
    caller: '_connectFollow',
    connect: ({ ledger, transaction }, fields) => connectFollow(ledger, transaction, fields),
  },
  LIKE: {
    caller: '_connectLike',
    connect: ({ ledger, transaction }, fields) => connectLike(ledger, transaction, fields),
  },
  CREATOR_COIN: {
    caller: '_connectCreatorCoin',
    cost: ({ OperationType, DeSoToSellNanos }) => (OperationType === BUY ? DeSoToSellNanos : 0n),
    connect: ({ ledger, transaction, height }, fields) =>
      connectCreatorCoin(ledger, transaction, fields, height),
  },
  DAO_COIN: {
    caller: '_connectDAOCoin',
    connect: ({ ledger, transaction, height }, fields) => connectDaoCoin(ledger, transaction, fields, height),
  },
  DAO_COIN_TRANSFER: {
    caller: '_connectDAOCoinTransfer',
    connect: ({ ledger, transaction, height }, fields) =>
      connectDaoCoinTransfer(ledger, transaction, fields, height),
  },
  CREATE_POST_ASSOCIATION: {
    caller: '_connectCreatePostAssociation',
    connect: ({ ledger, transaction, id, height }, fields) =>
      connectCreatePostAssociation(ledger, transaction, fields, { id, height }),
  },
  DELETE_POST_ASSOCIATION: {
    caller: '_connectDeletePostAssociation',
    connect: ({ ledger, transaction }, { AssociationID }) =>
      connectDeleteAssociation(ledger.postAssociations, transaction, AssociationID),
  },
  UPDATE_GLOBAL_PARAMS: {
    caller: '_connectUpdateGlobalParams',
    connect: ({ ledger, transaction }) => connectGlobalParams(ledger, transaction),
  },
}

export function connectOther(context: ConnectContext, metadata: OpaqueMetadata): void {
  const other = readOther(metadata)
  if (!other) throw new RuleRefusal(problemOf(metadata))
  connectByRule(context, other.type, other.fields)
}

function connectByRule<T extends OtherType>(
  context: ConnectContext,
  type: T,
  given: OtherMetadata['fields'],
): void {
  const fields = given as OtherFields<T>
  const { caller, cost, connect } = RULES[type]
  refusingWithin(`${caller}: : `, () =>
    connectTransfer({ ...context, extraSpendNanos: cost?.(fields) ?? 0n }),
  )
  connect(context, fields)
}

function problemOf(metadata: OpaqueMetadata): string {
  if (metadata.typeNumber === BLOCK_REWARD_TYPE) {
    return '_connectBasicTransferWithExtraSpend : RuleErrorBlockRewardTxnNotAllowedToHaveSignature'
  }
  return `${typeNameOf(metadata)} is not supported by the local chain: RuleErrorTxnTypeNotOnLocalChain`
}
