import { checkBlock } from './block-check.js'
import {
  type Network,
  type PublicKey,
  parsePublicKey,
  publicKeyFromBytes,
  publicKeyToBytes,
  ZERO_KEY,
} from './keys.js'
import type {
  GlobalParams,
  NodeAssociation,
  NodeBlock,
  NodeBlockHeader,
  NodePost,
  NodeProfile,
  NodeUser,
} from './node.js'
import type { JsonValue } from './rest-schema.js'

/**
 * What a node's JSON says, answer by answer: field names are those of deso-protocol/backend routes/ (and of the
 * recordings of a real node). Fields that the gateway does not use are not looked at.
 */

export function readCommittedTip(json: JsonValue): { height: number; hash: string } {
  return { height: json.field('Height').integer(), hash: json.field('HashHex').hash() }
}

export function readConstructionParams(json: JsonValue): { feeRateNanosPerKb: bigint; tipHeight: number } {
  return {
    feeRateNanosPerKb: json.field('FeeRateNanosPerKB').amount(),
    tipHeight: json.field('BlockHeight').integer(),
  }
}

export function readGlobalParams(json: JsonValue): GlobalParams {
  return {
    minimumNetworkFeeNanosPerKb: json.field('MinimumNetworkFeeNanosPerKB').amount(),
    maxNonceExpirationBlockHeightOffset: json.field('MaxNonceExpirationBlockHeightOffset').integer(),
    createProfileFeeNanos: json.field('CreateProfileFeeNanos').amount(),
    maxTxnSizeBytes: json.field('MaxTxnSizeBytesPoS').integer(),
  }
}

/** 0 is what a node without price feeds says. */
export function readUsdCentsPerDeso(json: JsonValue): number | null {
  return json.field('USDCentsPerDeSoExchangeRate').number() || null
}

/** One user for each key asked, in that order: the node echoes the keys. */
export function readUsers(json: JsonValue, keys: readonly PublicKey[]): NodeUser[] {
  const list = json.field('UserList')
  const users = list.list()
  if (users.length !== keys.length) throw list.not('one user for each key asked')
  return keys.map((publicKey, index) => readUser(users[index] as JsonValue, publicKey))
}

function readUser(json: JsonValue, publicKey: PublicKey): NodeUser {
  const echoed = json.field('PublicKeyBase58Check')
  if (echoed.text() !== publicKey) throw echoed.not('the key asked')
  const profile = json.field('ProfileEntryResponse')
  return {
    publicKey,
    balanceNanos: json.field('BalanceNanos').amount(),
    profile: profile.isNull ? null : readProfile(profile),
  }
}

function readProfile(json: JsonValue): NodeProfile {
  return {
    username: json.field('Username').text(),
    description: json.field('Description').text(),
    creatorBasisPoints: json.field('CoinEntry').field('CreatorBasisPoints').amount(),
    isHidden: json.field('IsHidden').flag(),
  }
}

export function readPosts(list: JsonValue, network: Network): NodePost[] {
  return list.list().map((post) => readPost(post, network))
}

function readPost(json: JsonValue, network: Network): NodePost {
  return {
    hash: json.field('PostHashHex').hash(),
    poster: readPublicKey(json.field('PosterPublicKeyBase58Check'), network),
    body: json.field('Body').text(),
    timestampNanos: json.field('TimestampNanos').amount(),
    isHidden: json.field('IsHidden').flag(),
    extraData: json.field('PostExtraData').texts(),
    confirmationBlockHeight: json.field('ConfirmationBlockHeight').integer(),
    inMempool: json.field('InMempool').flag(),
  }
}

export function readAssociation(json: JsonValue, network: Network): NodeAssociation {
  const app = json.field('AppPublicKeyBase58Check')
  const isAppZero = app.text() === zeroKeyOf(network)
  if (!isAppZero) readPublicKey(app, network)
  return {
    id: json.field('AssociationID').hash(),
    transactor: readPublicKey(json.field('TransactorPublicKeyBase58Check'), network),
    target: readPublicKey(json.field('TargetUserPublicKeyBase58Check'), network),
    isAppZero,
    type: json.field('AssociationType').text(),
    value: json.field('AssociationValue').text(),
    extraData: json.field('ExtraData').texts(),
    blockHeight: json.field('BlockHeight').integer(),
  }
}

export function readBlockHeader(json: JsonValue): NodeBlockHeader {
  const header = json.field('Header')
  return {
    height: header.field('Height').integer(),
    hash: header.field('BlockHashHex').hash(),
    previousHash: header.field('PrevBlockHashHex').hash(),
    merkleRoot: header.field('TransactionMerkleRootHex').hash(),
    timestampNanos: header.field('TstampNanoSecs').amount(),
  }
}

/** Throws FalseBlockError where the transactions are not those of the header. */
export function readBlock(json: JsonValue): NodeBlock {
  const transactions = json.field('Transactions')
  // Every block has at least its reward: none means that the node sent the header alone.
  if (transactions.isNull) throw transactions.not('the list of transactions')
  const rawTransactions = transactions.list().map((item) => item.field('RawTransactionHex').bytes())
  const block = { ...readBlockHeader(json), rawTransactions }
  checkBlock(block)
  return block
}

/** By id: exactly one. Not mined, or mined and not indexed: no block hash. */
export function readTransactionInfo(
  json: JsonValue,
  id: string,
): { rawHex: string; blockHash: string | null } {
  const list = json.field('Transactions')
  const [transaction] = list.list()
  if (!transaction) throw list.not('a list of one transaction')
  const hash = transaction.field('TransactionHashHex')
  if (hash.hash() !== id) throw hash.not('the id asked')
  const rawHex = transaction.field('RawTransactionHex')
  rawHex.bytes()
  const blockHash = transaction.field('BlockHashHex')
  const isMined = !blockHash.isNull && blockHash.text() !== ''
  return { rawHex: rawHex.text(), blockHash: isMined ? blockHash.hash() : null }
}

/** The chain holds keys off the curve too (associations and outputs may name any 33 bytes). */
export function readPublicKey(json: JsonValue, network: Network): PublicKey {
  const text = json.text()
  try {
    return parsePublicKey(text, network)
  } catch {
    if (isKeyOffCurve(text, network)) return text
  }
  throw json.not(`a public key of ${network}`)
}

function isKeyOffCurve(text: string, network: Network): text is PublicKey {
  try {
    return publicKeyFromBytes(publicKeyToBytes(text as PublicKey), network) === text
  } catch {
    return false
  }
}

/** How a node writes the app key of no app, and takes it in queries. */
export function zeroKeyOf(network: Network): PublicKey {
  return publicKeyFromBytes(ZERO_KEY, network)
}
