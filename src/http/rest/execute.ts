import type { ApolloServer } from '@apollo/server'
import type { GraphQLFormattedError } from 'graphql'
import type { RequestContext } from '../../context.js'
import { statusOf } from '../status-of.js'
import { loadDocuments } from './documents.js'

export interface RestAnswer {
  status: number
  body: unknown
  /** What fields below the root could not be answered: null stands in their place. */
  errors: readonly RestError[]
}

interface RestError {
  code: string
  message: string
  path: null
  retryable: unknown
  requestId: unknown
}

/** Answers an endpoint by one GraphQL document: `field` is the root field whose value is the answer. */
export type Execute = (
  ctx: RequestContext,
  operation: string,
  field: string,
  variables: Readonly<Record<string, unknown>>,
) => Promise<RestAnswer>

export function createExecute(server: ApolloServer<RequestContext>): Execute {
  const documents = loadDocuments()
  return async (ctx, operation, field, variables) => {
    const query = documents.get(operation)
    if (query === undefined) throw new TypeError(`no operation ${operation} in schema/operations`)
    const { body } = await server.executeOperation(
      { query, variables, operationName: operation },
      { contextValue: ctx },
    )
    if (body.kind !== 'single') throw new TypeError('an operation of REST answers at once')
    const { data } = body.singleResult
    const errors = (body.singleResult.errors ?? []).map(topLevel)
    const value = data?.[field]
    if (errors[0] && (value === null || value === undefined)) {
      return { status: statusOf(errors[0].code), body: { errors }, errors }
    }
    return { status: statusOfPayload(value), body: value, errors }
  }
}

function topLevel({ message, extensions }: GraphQLFormattedError): RestError {
  const { code, retryable = false, requestId } = extensions ?? {}
  return { code: String(code), message, path: null, retryable, requestId }
}

/** The first error of a payload chooses the status. */
function statusOfPayload(value: unknown): number {
  if (typeof value !== 'object' || value === null || !('errors' in value)) return 200
  const [first] = value.errors as { code: string }[]
  return first ? statusOf(first.code) : 200
}
