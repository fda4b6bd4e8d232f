import {
  ConnectionError,
  GraphQLRequestError,
  type TopLevelError,
  type UserError,
  UserErrorsError,
} from './errors.js'
import type { TransactionFieldsFragment } from './generated.js'

/** A page of 100 rows is far smaller. */
const MAX_ANSWER_BYTES = 16 * 1_048_576

interface Answer {
  data?: unknown
  errors?: readonly TopLevelError[]
}

/** The `data` of a GraphQL answer. Throws GraphQLRequestError, or ConnectionError where no gateway answered. */
export async function readAnswer(response: Response): Promise<unknown> {
  const { data, errors } = parse(await readText(response), response.status)
  if (errors && errors.length > 0) throw new GraphQLRequestError(errors, response.status, data)
  if (data === undefined || data === null) throw notOurs(response.status)
  return data
}

/** A payload whose `errors` are thrown, as UserErrorsError. */
export function payloadOf<Payload extends { errors: readonly UserError[] }>(payload: Payload): Payload {
  const [first, ...rest] = payload.errors
  if (first) throw new UserErrorsError([first, ...rest], transactionOf(payload))
  return payload
}

function transactionOf(payload: object): TransactionFieldsFragment | null {
  return 'transaction' in payload ? (payload.transaction as TransactionFieldsFragment | null) : null
}

function parse(text: string, status: number): Answer {
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch {
    throw notOurs(status)
  }
  if (typeof answer !== 'object' || answer === null) throw notOurs(status)
  return answer
}

function notOurs(status: number): ConnectionError {
  return new ConnectionError(`Something answered that is no gateway, or not in order: HTTP ${status}.`)
}

export async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for await (const chunk of chunksOf(response)) {
    size += chunk.length
    if (size > MAX_ANSWER_BYTES)
      throw new ConnectionError(`The answer is longer than ${MAX_ANSWER_BYTES} bytes.`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/** The body as it comes; leaving the loop early ends the transfer. */
export async function* chunksOf({ body }: Response): AsyncGenerator<Uint8Array> {
  if (!body) return
  const reader = body.getReader()
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value
  } finally {
    await reader.cancel().catch(() => {})
  }
}
