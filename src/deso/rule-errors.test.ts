import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { NodeUnavailableError } from '../errors.js'
import { absentAsNull, NodeRuleError, parseNodeError, RULE_KINDS, type RuleKind } from './rule-errors.js'

interface Refusal {
  from: string
  status: number
  contentType: string
  body: string
  /** null: no refusal, the node is not able to answer. */
  kind: RuleKind | null
  rule: string | null
}

/** Every text of an answer other than 200 in the recordings, once; `from` names scenario and step. */
const refusals = JSON.parse(
  readFileSync(new URL('../../test/fixtures/deso-node/refusals.json', import.meta.url), 'utf8'),
) as Refusal[]

function parsed(text: string, status = 400, field = 'error') {
  return parseNodeError(status, 'application/json', JSON.stringify({ [field]: text }))
}

function kindOf(error: NodeRuleError | NodeUnavailableError): RuleKind | null {
  return error instanceof NodeRuleError ? error.kind : null
}

describe('parseNodeError', () => {
  it.each(refusals)('knows the $kind of $from', ({ status, contentType, body, kind, rule }) => {
    const error = parseNodeError(status, contentType, body)
    expect(kindOf(error)).toBe(kind)
    if (!(error instanceof NodeRuleError)) return
    expect(error.rule).toBe(rule)
    const { error: v0, Error: v1 } = JSON.parse(body) as { error?: string; Error?: string }
    expect(error.detail).toBe((v0 ?? v1)?.trim())
  })

  it('has a recorded refusal for every kind but two, and a kind for every recorded one', () => {
    const neverRecorded = ['ACCESS_GROUP', 'ATOMIC', 'OTHER']
    const recorded = RULE_KINDS.filter((kind) => !neverRecorded.includes(kind))
    expect(new Set(refusals.map(({ kind }) => kind))).toEqual(new Set([...recorded, null]))
  })

  it.each<[string, RuleKind]>([
    ['RuleErrorInsufficientBalance', 'INSUFFICIENT_BALANCE'],
    ['RuleErrorReusedNonce', 'REUSED_NONCE'],
    ['RuleErrorNonceExpired', 'NONCE_EXPIRED'],
    ['TxErrorNonceExpired', 'NONCE_EXPIRED'],
    ['TxErrorNonceExpirationBlockHeightOffsetExceeded', 'NONCE_TOO_FAR'],
    ['RuleErrorTxnFeeBelowNetworkMinimum', 'FEE_TOO_LOW'],
    ['RuleErrorTxnTooBig', 'TXN_TOO_BIG'],
    ['RuleErrorInvalidTransactionSignature', 'INVALID_SIGNATURE'],
    ['RuleErrorTxnSigHasHighS', 'INVALID_SIGNATURE'],
    ['RuleErrorDerivedKeyNotAuthorized', 'DERIVED_KEY'],
    ['RuleErrorDerivedKeyTxnSpendsMoreThanGlobalDESOLimit', 'DERIVED_KEY'],
    ['RuleErrorAssociationInvalidType', 'ASSOCIATION'],
    ['RuleErrorUserAssociationInvalidTargetUser', 'ASSOCIATION'],
    ['RuleErrorFollowEntryAlreadyExists', 'FOLLOW'],
    ['RuleErrorProfileUsernameExists', 'PROFILE'],
    ['RuleErrorSubmitPostPostNotFound', 'POST'],
    ['RuleErrorAccessGroupsNotYetActive', 'ACCESS_GROUP'],
    ['RuleErrorAtomicTxnsRequiresWrapper', 'ATOMIC'],
  ])('takes %s of core lib/errors.go for %s, in a 400 as in a 500', (rule, kind) => {
    for (const status of [400, 500]) expect(parsed(`X: Y: ${rule}`, status)).toMatchObject({ rule, kind })
  })

  it('tells what a too poor signer needs and has, in nanos', () => {
    const error = parsed(
      'SubmitTransaction: Problem processing transaction: _spendBalance: amountNanos (500000000169) exceeds spendable balance (98999993025) at tipHeight (565): RuleErrorInsufficientBalance',
    )
    expect(error).toMatchObject({ shortfall: { required: 500000000169n, available: 98999993025n } })
  })

  it('gives a refused submit the code TRANSACTION_REJECTED, a refused read NODE_UNAVAILABLE, neither retryable', () => {
    const submit = parsed('SubmitTransactionRequest: Transaction fee rate too high')
    expect(submit).toMatchObject({ code: 'TRANSACTION_REJECTED', retryable: false })
    const read = parsed('GetUserAssociations: invalid Limit provided')
    expect(read).toMatchObject({ code: 'NODE_UNAVAILABLE', retryable: false })
  })

  it('takes a 500 that names a rule as a refusal, with or without a known kind', () => {
    expect(kindOf(parsed('X: RuleErrorAssociationInvalidType', 500))).toBe('ASSOCIATION')
    expect(kindOf(parsed('X: RuleErrorNobodyHasHeardOf', 500))).toBe('OTHER')
  })

  it('takes a 500 that names none, and any other 5xx, as a node that is not able to answer', () => {
    expect(parsed('GetUserAssociations: problem retrieving associations: disk', 500)).toBeInstanceOf(
      NodeUnavailableError,
    )
    expect(parsed('X: RuleErrorReusedNonce', 502)).toBeInstanceOf(NodeUnavailableError)
    expect(parsed('slow down', 429)).toBeInstanceOf(NodeUnavailableError)
  })

  it.each([
    ['HTML', 502, 'text/html', '<html>Bad Gateway</html>'],
    ['an empty body', 400, 'application/json', ''],
    ['half a JSON', 400, 'application/json', '{"error":"Submit'],
    ['JSON of another shape', 400, 'application/json', '["error"]'],
    ['an error that is no text', 400, 'application/json', '{"error":{"message":"x"}}'],
    ['a JSON text without the content type', 400, 'text/plain', '{"error":"X: RuleErrorReusedNonce"}'],
  ])('takes %s as no usable answer, retryable', (_, status, contentType, body) => {
    expect(parseNodeError(status, contentType, body)).toMatchObject({
      code: 'NODE_UNAVAILABLE',
      retryable: true,
    })
  })

  it('looks for a rule at the end of the text alone, as users write into texts', () => {
    expect(kindOf(parsed('X: Username RuleErrorReusedNonce already exists'))).toBe('OTHER')
    expect(kindOf(parsed('X: Username MempoolErrorNotRunning already exists'))).toBe('OTHER')
    expect(
      kindOf(
        parsed('GetSingleProfile: could not find profile for username or public key: RuleErrorX, ', 404),
      ),
    ).toBe('NOT_FOUND')
  })

  it('cuts a text to 2,000 characters', () => {
    const error = parsed(`X: ${'y'.repeat(5_000)}: RuleErrorReusedNonce`)
    expect(error).toMatchObject({ kind: 'REUSED_NONCE' })
    expect((error as NodeRuleError).detail).toHaveLength(2_000)
  })
})

describe('absentAsNull', () => {
  it('turns what is not found into null, and nothing else', () => {
    const absent = parsed('GetUserAssociationByID: association not found', 404)
    expect(absentAsNull(absent)).toBeNull()
    const noIndex =
      'APITransactionInfo: This function cannot be called without passing --txindex to the node on startup.'
    expect(() => absentAsNull(parsed(noIndex, 400, 'Error'))).toThrow('without passing --txindex')
    const other = parsed('GetUserAssociations: invalid Limit provided')
    expect(() => absentAsNull(other)).toThrow(other)
    const fault = new NodeUnavailableError('no answer')
    expect(() => absentAsNull(fault)).toThrow(fault)
  })
})
