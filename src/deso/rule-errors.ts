import { GatewayError, NodeUnavailableError } from '../errors.js'
import { type LosslessJson, parseLosslessJson } from './lossless-json.js'

/**
 * What a DeSo node means by the text of an error. The one file that looks at such texts: everything else goes by
 * `kind`. Texts are those of deso-protocol/core lib/errors.go and of the handlers in deso-protocol/backend routes/.
 */
export const RULE_KINDS = [
  'INSUFFICIENT_BALANCE',
  /** Some transaction of this nonce is in a block. */
  'REUSED_NONCE',
  'NONCE_EXPIRED',
  'NONCE_TOO_FAR',
  /** The mempool holds a transaction of this nonce that pays at least this fee rate. */
  'NONCE_IN_MEMPOOL',
  'FEE_TOO_LOW',
  'FEE_TOO_HIGH',
  /** These very bytes wait in the mempool. */
  'ALREADY_IN_MEMPOOL',
  'INVALID_SIGNATURE',
  'TXN_TOO_BIG',
  /** Bytes that no node takes at any time: they do not decode, or break the format. */
  'MALFORMED',
  'ASSOCIATION',
  'PROFILE',
  'POST',
  'FOLLOW',
  'COIN',
  'DERIVED_KEY',
  /** Only keys that the network names may do it. */
  'NOT_AUTHORIZED',
  'ACCESS_GROUP',
  /** Of a bundle of several signers. */
  'ATOMIC',
  /** The question was put wrongly, whatever the chain is like. */
  'BAD_REQUEST',
  /** The node has no such thing; reads turn it into null. */
  'NOT_FOUND',
  /** The row that a page was to start after is gone: start the listing again. */
  'CURSOR_GONE',
  /** The node runs without --txindex, and so without full blocks too. */
  'NO_TXINDEX',
  'OTHER',
] as const

export type RuleKind = (typeof RULE_KINDS)[number]

/** Both in nanos. */
export interface BalanceShortfall {
  required: bigint
  available: bigint
}

/**
 * The node answered, and refused. Refused bytes may be mined all the same (facts: a refusal is not final), so this
 * says nothing about the future of a transaction. Only refused submits carry the code TRANSACTION_REJECTED.
 */
export class NodeRuleError extends GatewayError {
  constructor(
    /** The node's name of the rule, or where it names none, the last words of its text. */
    readonly rule: string,
    /** The node's text, at most 2,000 characters of it. */
    readonly detail: string,
    readonly kind: RuleKind,
    /** Set where kind is INSUFFICIENT_BALANCE and the node told the numbers. */
    readonly shortfall: BalanceShortfall | null = null,
  ) {
    const isSubmit = detail.startsWith('SubmitTransaction')
    super(isSubmit ? 'TRANSACTION_REJECTED' : 'NODE_UNAVAILABLE', `The DeSo node refused: ${rule}.`)
  }
}

const MAX_DETAIL = 2_000

/** Where the node names a rule, it is the last word. Texts hold what users wrote, so that no other place is looked at. */
const RULE_NAME = /(?:^|[\s:])((?:RuleError|TxError|MempoolError|MempoolFailed)\w+)$/

const KIND_OF_RULE: readonly (readonly [RegExp, RuleKind])[] = [
  [/^RuleErrorInsufficientBalance$/, 'INSUFFICIENT_BALANCE'],
  [/^RuleErrorReusedNonce$/, 'REUSED_NONCE'],
  [/^(RuleErrorNonceExpired|TxErrorNonceExpired)$/, 'NONCE_EXPIRED'],
  [/^TxErrorNonceExpirationBlockHeightOffsetExceeded$/, 'NONCE_TOO_FAR'],
  [/^MempoolFailedReplaceByHigherFee$/, 'NONCE_IN_MEMPOOL'],
  [/^RuleErrorTxnFeeBelowNetworkMinimum$/, 'FEE_TOO_LOW'],
  [/^RuleError(InvalidTransactionSignature|TxnSigHasHighS|TransactionHasNoSignature)$/, 'INVALID_SIGNATURE'],
  [/^RuleErrorTxnTooBig$/, 'TXN_TOO_BIG'],
  [/^RuleErrorDerivedKey/, 'DERIVED_KEY'],
  [/^RuleErrorUserNotAuthorizedTo/, 'NOT_AUTHORIZED'],
  [/^RuleError(User|Post)?Association/, 'ASSOCIATION'],
  [/^RuleErrorSubmitPost/, 'POST'],
  [/^RuleError(Profile|InvalidUsername|UserDescription)/, 'PROFILE'],
  [/^RuleError(Follow|CannotUnfollow)/, 'FOLLOW'],
  [/^RuleError(CreatorCoin|DAOCoin|CoinTransfer)/, 'COIN'],
  [/^RuleError(TransactionMissingPublicKey|OutputExceedsMax|BalanceModelDoesNotUseUTXOInputs)$/, 'MALFORMED'],
  [/^RuleErrorBlockReward/, 'MALFORMED'],
  [/^RuleErrorAccessGroup/, 'ACCESS_GROUP'],
  [/^RuleErrorAtomicTxns/, 'ATOMIC'],
]

/** Texts that name no rule; where the last words would say little, a group holds those that do. */
const KIND_OF_TEXT: readonly (readonly [RegExp, RuleKind])[] = [
  [/: Transaction already in mempool$/, 'ALREADY_IN_MEMPOOL'],
  [/: Transaction fee \d+ outside of bucket range \[\d+, \d+\]$/, 'FEE_TOO_LOW'],
  [/^SubmitTransactionRequest: Transaction fee rate too high$/, 'FEE_TOO_HIGH'],
  [/^SubmitTransactionRequest: (Problem deserializing transaction) /, 'MALFORMED'],
  [/: ValidateDeSoTxnFormatBalanceModel: [^:]+$/, 'MALFORMED'],
  [/^GetUserAssociationByID: association not found$/, 'NOT_FOUND'],
  [/^GetSingleProfile: could not find profile for /, 'NOT_FOUND'],
  [/^APITransactionInfo: Could not find transaction with /, 'NOT_FOUND'],
  [
    /^APIBlockRequest: Height requested -?\d+ must be >= 0 and <= height of best block chain tip \d+$/,
    'NOT_FOUND',
  ],
  [/^APIBlockRequest: Block node with hash [0-9a-f]+ does not exist in best chain/, 'NOT_FOUND'],
  [/^GetUserAssociations: .*: LastSeenAssociationEntry not found$/, 'CURSOR_GONE'],
  [/^GetPostsForPublicKey: .*: Invalid start post hash$/, 'CURSOR_GONE'],
  [/^GetPostsForPublicKey: Problem converting post entry to response: /, 'POST'],
  [
    /: (?:This function cannot be called without passing --txindex |Cannot be called when TXIndexChain is nil\.)/,
    'NO_TXINDEX',
  ],
  [/^GetPostAssociationByID: association not found$/, 'NOT_FOUND'],
  [/: (?:no profile found|could not find profile) for (?:public key|username): /, 'NOT_FOUND'],
  [/^SendDeSo: (Profile with username) .* does not exist$/, 'NOT_FOUND'],
  [/^GetSinglePost: (Could not find postEntry) for PostHashHex: /, 'NOT_FOUND'],
  [/^GetSingleProfilePicture: (Profile Picture not found): /, 'NOT_FOUND'],
  [/^CheckPrecedingTransactions failed to unmarshal json: /, 'BAD_REQUEST'],
  [/: (?:[Pp]roblem|Error) parsing \w+/, 'BAD_REQUEST'],
  [/: CheckDecode: ([^:]+)$/, 'BAD_REQUEST'],
  [/: [Mm]ust provide /, 'BAD_REQUEST'],
  [/: (?:invalid query params: |problem getting (?:public key|PKID) for the )/, 'BAD_REQUEST'],
  [/: [Ii]nvalid (?:Limit|PostHashHex|LastSeenAssociationID|AssociationID|TxnStatus)\b/, 'BAD_REQUEST'],
  [/: (?:unsupported \w+ param|too many \w+ values|The number of \w+ is limited to) /, 'BAD_REQUEST'],
  [
    /: (?:\w+ is empty\.?|\w+ (?:byte )?length (?:is )?\d+ (?:is|but) .*|specified \w+ are invalid)$/,
    'BAD_REQUEST',
  ],
  [/: Cannot submit both /, 'BAD_REQUEST'],
  [/^GetIngressCookie: .*: http: named cookie not present$/, 'BAD_REQUEST'],
  [/^UpdateProfile: /, 'PROFILE'],
  [/^(?:SubmitPost|GetSinglePost): /, 'POST'],
  [/^DAOCoin: /, 'COIN'],
]

/** The node is not able to answer for now, whatever it was asked. */
const OUT_OF_ORDER = /(^|[\s:])MempoolErrorNotRunning$|^\w+: problem getting UTXO view$/

/**
 * What an answer other than 200 means. NodeRuleError for a refusal; NodeUnavailableError for everything else: a
 * proxy's page, a route that is not there, a node that is starting or stopping, a 5xx that names no rule.
 */
export function parseNodeError(
  status: number,
  contentType: string,
  body: string,
): NodeRuleError | NodeUnavailableError {
  const text = contentType.includes('json') ? errorText(body) : null
  if (text === null || text === '' || OUT_OF_ORDER.test(text)) return noAnswer(status, text ?? body)
  const refusal = refusalOf(text)
  const isRefusal = status < 500 ? status === 400 || status === 404 : status === 500 && isRule(text, refusal)
  return isRefusal ? refusal : noAnswer(status, text)
}

/** For reads: what the node does not have is null. Any other error goes on. */
export function absentAsNull(error: unknown): null {
  if (error instanceof NodeRuleError && error.kind === 'NOT_FOUND') return null
  throw error
}

/** Association handlers answer bad input, and rules, with 500. */
function isRule(text: string, refusal: NodeRuleError): boolean {
  return refusal.kind !== 'OTHER' || RULE_NAME.test(text)
}

function refusalOf(text: string): NodeRuleError {
  const name = RULE_NAME.exec(text)?.[1]
  const [table, subject] = name === undefined ? [KIND_OF_TEXT, text] : [KIND_OF_RULE, name]
  const [pattern, kind] = table.find(([pattern]) => pattern.test(subject)) ?? [RULE_NAME, 'OTHER' as const]
  const rule = name ?? pattern.exec(text)?.[1] ?? lastWords(text)
  return new NodeRuleError(rule, text.slice(0, MAX_DETAIL), kind, shortfallOf(text))
}

const SHORTFALL =
  /: _spendBalance: amountNanos \((\d{1,20})\) exceeds spendable balance \((\d{1,20})\) at tipHeight \(\d+\): RuleErrorInsufficientBalance$/

function shortfallOf(text: string): BalanceShortfall | null {
  const numbers = SHORTFALL.exec(text)
  if (!numbers) return null
  return { required: BigInt(numbers[1] ?? 0), available: BigInt(numbers[2] ?? 0) }
}

function lastWords(text: string): string {
  return text
    .slice(text.lastIndexOf(': ') + 1)
    .trim()
    .slice(0, 200)
}

/** v0 answers `{"error": …}`, v1 `{"Error": …}`. */
function errorText(body: string): string | null {
  let json: LosslessJson
  try {
    json = parseLosslessJson(body)
  } catch {
    return null
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return null
  const { error, Error: errorV1 } = json as { error?: LosslessJson; Error?: LosslessJson }
  const text = error ?? errorV1
  return typeof text === 'string' ? text.trim() : null
}

function noAnswer(status: number, text: string): NodeUnavailableError {
  return new NodeUnavailableError(`The DeSo node gave no usable answer (HTTP ${status}).`, text.slice(0, 300))
}
