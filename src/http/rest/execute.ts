import type { ApolloServer } from '@apollo/server'
import type { RequestContext } from '../../context.js'
import { statusOf } from '../status-of.js'
import { loadDocuments } from './documents.js'

export interface RestAnswer {
  status: number
  body: unknown
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
    const { data, errors = [] } = body.singleResult
    const value = data?.[field]
    if (errors.length > 0 && (value === null || value === undefined)) {
      return {
        status: statusOf(String(errors[0]?.extensions?.code)),
        body: { errors: errors.map(topLevel) },
      }
    }
    return { status: statusOfPayload(value), body: value }
  }
}

function topLevel({ message, extensions }: { message: string; extensions?: Record<string, unknown> }) {
  const { code, retryable = false, requestId } = extensions ?? {}
  return { code, message, path: null, retryable, requestId }
}

/** The first error of a payload chooses the status. */
function statusOfPayload(value: unknown): number {
  if (typeof value !== 'object' || value === null || !('errors' in value)) return 200
  const [first] = value.errors as { code: string }[]
  return first ? statusOf(first.code) : 200
}
