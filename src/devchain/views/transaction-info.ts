import type { Transaction, TransactionMetadata } from '../../deso/transaction.js'
import { BLOCK_REWARD_TYPE, typeNameOf } from '../../deso/transaction-types.js'
import { toHex } from '../go/hex.js'
import type { GoJson } from '../go/json-write.js'
import { affectedParties } from '../wire/affected-accounts.js'
import { keyText } from '../wire/base58-check.js'
import type { Block, BlockTransaction } from '../wire/block.js'
import { decodeExtraData } from './extra-data.js'
import { metadataJson, nonceJson, outputsJson } from './transaction-json.js'

/** TransactionResponse of the v1 routes (backend routes/exchange.go). Fields that are empty are left out. */
export interface Placement {
  block: Block
  indexInBlock: number
}

export interface InfoOptions {
  /** A lookup by id does not tell it, lists and blocks do. */
  withBlockInfo: boolean
  awaitsIndex?: boolean
}

/** `place` undefined: in the mempool. */
export function transactionInfoJson(
  { id, raw, transaction }: BlockTransaction,
  place: Placement | undefined,
  options: InfoOptions,
): GoJson {
  const { outputs, signature, extraData, feeNanos, version } = transaction
  const isReward = isBlockReward(transaction)
  return {
    TransactionIDBase58Check: keyText(id),
    TransactionHashHex: id,
    RawTransactionHex: toHex(raw),
    Outputs: outputs.length > 0 ? outputs.map(outputJson) : undefined,
    SignatureHex: signature.length > 0 ? toHex(signature) : undefined,
    TransactionType: typeNameOf(transaction.metadata),
    BlockHashHex: options.awaitsIndex ? undefined : place?.block.hash,
    BlockInfo: place && options.withBlockInfo ? blockInfo(place.block) : undefined,
    TransactionMetadata: indexMetadata(id, transaction, place, options),
    ExtraData: decodeExtraData(extraData) ?? undefined,
    TxnNonce: isReward ? undefined : nonceJson(transaction.nonce),
    TxnFeeNanos: feeNanos === 0n ? undefined : feeNanos,
    TxnVersion: version === 0n ? undefined : version,
    RawTxnMetadata: metadataJson(transaction.metadata),
  }
}

export function isBlockReward({ metadata }: Transaction): boolean {
  return metadata.type === 'OPAQUE' && metadata.typeNumber === BLOCK_REWARD_TYPE
}

function outputJson({ publicKey, amountNanos }: Transaction['outputs'][number]): GoJson {
  return { PublicKeyBase58Check: keyText(toHex(publicKey)), AmountNanos: amountNanos }
}

function blockInfo({ height, timestampNanos }: Block): GoJson {
  return { Height: height, TimestampSecs: timestampNanos / 1_000_000_000n }
}

/** Mentions and the authors of parent posts, whom a node lists as affected too, are left out. */
function indexMetadata(
  id: string,
  transaction: Transaction,
  place: Placement | undefined,
  { awaitsIndex }: InfoOptions,
): GoJson {
  const owner = toHex(transaction.publicKey)
  const parties = affectedParties(transaction)
  if (place && !awaitsIndex) parties.push({ account: owner, role: 'TransactorPublicKeyBase58Check' })
  return {
    BlockHashHex: place?.block.hash ?? '',
    TxnIndexInBlock: place?.indexInBlock ?? 0,
    TxnType: typeNameOf(transaction.metadata),
    TransactorPublicKeyBase58Check: keyText(owner),
    AffectedPublicKeys:
      parties.length > 0
        ? parties.map(({ account, role }) => ({ PublicKeyBase58Check: keyText(account), Metadata: role }))
        : null,
    TxnOutputs: transaction.outputs.length > 0 ? outputsJson(transaction.outputs) : null,
    BasicTransferTxindexMetadata: transferMetadata(transaction, place !== undefined),
    ...typeMetadata(id, transaction.metadata),
  }
}

function transferMetadata(transaction: Transaction, isInBlock: boolean): GoJson {
  const total = transaction.outputs.reduce((sum, { amountNanos }) => sum + amountNanos, 0n)
  const spent = isBlockReward(transaction) ? 0n : total + transaction.feeNanos
  return {
    TotalInputNanos: isInBlock ? spent : 0,
    TotalOutputNanos: isInBlock ? total : 0,
    FeeNanos: transaction.feeNanos,
    UtxoOpsDump: '',
    UtxoOps: null,
    DiamondLevel: 0,
    PostHashHex: '',
  }
}

function typeMetadata(id: string, metadata: TransactionMetadata): { [field: string]: GoJson } {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8')
  switch (metadata.type) {
    case 'CREATE_USER_ASSOCIATION':
      return {
        CreateUserAssociationTxindexMetadata: {
          TargetUserPublicKeyBase58Check: keyText(toHex(metadata.targetPublicKey)),
          AppPublicKeyBase58Check: keyText(toHex(metadata.appPublicKey)),
          AssociationType: text(metadata.associationType),
          AssociationValue: text(metadata.associationValue),
        },
      }
    case 'UPDATE_PROFILE':
      return {
        UpdateProfileTxindexMetadata: {
          ProfilePublicKeyBase58Check:
            metadata.profilePublicKey.length > 0 ? keyText(toHex(metadata.profilePublicKey)) : '',
          NewUsername: text(metadata.newUsername),
          NewDescription: text(metadata.newDescription),
          NewProfilePic: text(metadata.newProfilePic),
          NewCreatorBasisPoints: metadata.newCreatorBasisPoints,
          NewStakeMultipleBasisPoints: metadata.newStakeMultipleBasisPoints,
          IsHidden: metadata.isHidden,
        },
      }
    case 'SUBMIT_POST':
      return {
        SubmitPostTxindexMetadata: {
          PostHashBeingModifiedHex: toHex(metadata.postHashToModify) || id,
          ParentPostHashHex: metadata.parentStakeId.length === 32 ? toHex(metadata.parentStakeId) : '',
        },
      }
    default:
      return {}
  }
}
