import { type Decoded, decodeStruct, type Fields } from '../go/json-fields.js'
import { GoJsonError, scanJson } from '../go/json-scan.js'
import { NodeError } from './reply.js'

/** A request as a handler sees it. */
export interface NodeRequest {
  body: Buffer
  /** The last part of a path that ends in a parameter. */
  parameter: string
}

/** A node reads no further; what is cut off is then an unexpected end. */
const MAX_BODY_BYTES = 10_000_000

/** The fields of the body. `problem` is what the handler says before Go's own words. */
export function decodeBody<F extends Fields>(
  { body }: NodeRequest,
  typeName: string,
  fields: F,
  problem: string,
): Decoded<F> {
  try {
    const value = scanJson(body.subarray(0, MAX_BODY_BYTES), { expectEnd: false })
    return decodeStruct(value, typeName, fields)
  } catch (error) {
    if (error instanceof GoJsonError) throw new NodeError(400, `${problem}: ${wordsOfStream(error, body)}`)
    throw error
  }
}

/** The same for handlers that keep Go's words to themselves. */
export function decodeBodySilently<F extends Fields>(
  request: NodeRequest,
  typeName: string,
  fields: F,
  problem: string,
): Decoded<F> {
  try {
    return decodeBody(request, typeName, fields, problem)
  } catch (error) {
    if (error instanceof NodeError) throw new NodeError(400, problem)
    throw error
  }
}

/** Go's stream decoder has other words for an early end. */
function wordsOfStream(error: GoJsonError, body: Buffer): string {
  if (!error.isEarlyEnd) return error.message
  return body.toString('latin1').trim() === '' ? 'EOF' : 'unexpected EOF'
}

/** The middleware before all handlers of a node (backend routes/server.go): the whole body has to be one JSON value. */
export function assertPrecedingTransactions(body: Buffer): void {
  const refuse = (words: string) =>
    new NodeError(400, `CheckPrecedingTransactions failed to unmarshal json: ${words}`)
  try {
    const value = scanJson(body, { expectEnd: true })
    if (value === null) return
    if (!(value instanceof Map)) {
      decodeStruct(value, 'x', {})
      return
    }
    const preceding = value.get('OptionalPrecedingTransactions')
    if (!Array.isArray(preceding) || preceding.length === 0) return
    if (preceding[0] instanceof Map && !preceding[0].has('TxnTypeJSON')) {
      throw refuse('MsgDeSoTxn.UnmarshalJSON: Field txnType is missing from JSON decoded map: map[]')
    }
    throw refuse('the local chain takes no OptionalPrecedingTransactions')
  } catch (error) {
    if (!(error instanceof GoJsonError)) throw error
    const target = 'Go value of type struct { OptionalPrecedingTransactions []*lib.MsgDeSoTxn }'
    throw refuse(error.message.replace(/Go value of type routes\.x$/, target))
  }
}
