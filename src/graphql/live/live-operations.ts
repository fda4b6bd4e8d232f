import { setMaxListeners } from 'node:events'
import { unwrapResolverError } from '@apollo/server/errors'
import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLSchema,
} from 'graphql'
import type { AppContext } from '../../context.js'
import type { LiveEvent, WatchContext } from '../../live/watch.js'
import { formatError, isFault } from '../errors/format-error.js'
import { type LiveOperation, type LiveRequest, prepareLive } from './prepare-live.js'

/** Who asks, for as long as the operation lasts. */
export type LiveCaller = Pick<
  WatchContext,
  'viewer' | 'signal' | 'requestId' | 'end' | 'lastHeight' | 'place'
>

export interface LiveResult extends FormattedExecutionResult {
  extensions?: { height: number }
}

/** Answering one event ends after this long, in milliseconds. */
const EVENT_MS = 120_000

/** GraphQL over connections that stay: one execution an event. It knows no transport. */
export class LiveOperations {
  constructor(
    private readonly app: AppContext,
    private readonly schema: GraphQLSchema,
  ) {}

  /** The operation, or why it is refused. */
  prepare(request: LiveRequest): LiveOperation | readonly GraphQLError[] {
    return prepareLive(this.schema, this.app.config.limits, request)
  }

  /**
   * Its answers, one an event: ends when the operation completes or the caller's signal aborts. A fault of the watch
   * itself is the last answer.
   */
  async *run(operation: LiveOperation, caller: LiveCaller): AsyncGenerator<LiveResult, void> {
    const args = this.argsOf(operation, {
      ...caller,
      app: this.app,
      loaders: this.app.createLoaders(caller.signal),
    })
    try {
      const source = await createSourceEventStream(args)
      if (!(Symbol.asyncIterator in source)) {
        yield this.format(source, caller, null)
        return
      }
      for await (const event of source as AsyncIterable<LiveEvent<unknown>>) {
        yield await this.answer(args, event, caller)
      }
    } catch (error) {
      if (caller.signal.aborted) return
      yield this.format({ errors: [asGraphQLError(error, operation.field)] }, caller, null)
    }
  }

  /** Errors as clients see them. */
  formatErrors(errors: readonly GraphQLError[], requestId: string) {
    return errors.map((error) => {
      if (isFault(error)) {
        this.app.log.error(
          { err: unwrapResolverError(error), path: error.path, requestId },
          'live event failed',
        )
      }
      const formatted = formatError(error.toJSON(), error)
      return { ...formatted, extensions: { ...formatted.extensions, requestId } }
    })
  }

  private argsOf(operation: LiveOperation, context: WatchContext): ExecutionArgs {
    const { document, operationName, variables } = operation
    return {
      schema: this.schema,
      document,
      ...(operationName !== undefined && { operationName }),
      variableValues: variables,
      contextValue: context,
    }
  }

  /** In a context of its own: what the last event read is old. */
  private async answer(
    args: ExecutionArgs,
    event: LiveEvent<unknown>,
    caller: LiveCaller,
  ): Promise<LiveResult> {
    const { signal, end } = signalWithin(caller.signal, EVENT_MS)
    try {
      const loaders = this.app.createLoaders(signal)
      const contextValue = { ...(args.contextValue as WatchContext), signal, loaders }
      const result = await execute({ ...args, rootValue: event, contextValue })
      return this.format(result, caller, event.height)
    } finally {
      end()
    }
  }

  private format(
    { data, errors }: ExecutionResult,
    { requestId }: LiveCaller,
    height: number | null,
  ): LiveResult {
    return {
      ...(errors && { errors: this.formatErrors(errors, requestId) }),
      ...(data !== undefined && { data }),
      ...(height !== null && { extensions: { height } }),
    }
  }
}

/** Aborts with the parent or after so long; nothing is left behind on a parent that lives for days. */
function signalWithin(parent: AbortSignal, ms: number): { signal: AbortSignal; end(): void } {
  const controller = new AbortController()
  setMaxListeners(0, controller.signal)
  const leave = () => controller.abort(parent.reason)
  if (parent.aborted) leave()
  parent.addEventListener('abort', leave, { once: true })
  const timer = setTimeout(() => controller.abort(new Error('Answering this event took too long.')), ms)
  return {
    signal: controller.signal,
    end: () => {
      clearTimeout(timer)
      parent.removeEventListener('abort', leave)
    },
  }
}

/** With a path, as if a resolver had thrown it: so its cause is what counts. */
function asGraphQLError(error: unknown, field: string): GraphQLError {
  if (error instanceof GraphQLError) return error
  const originalError = error instanceof Error ? error : new Error(String(error))
  return new GraphQLError(originalError.message, { originalError, path: [field] })
}
