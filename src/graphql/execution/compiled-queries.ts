import {
  BREAK,
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getNamedType,
  isLeafType,
  Kind,
  type NamedTypeNode,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
  type Source,
  typeFromAST,
  type VariableDefinitionNode,
  visit,
} from 'graphql'
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit'
import { LRUCache } from 'lru-cache'

/** What is asked for this often is worth compiling. */
const WORTH_IT = 3
/** A compiled operation holds some ten kilobytes of code. */
const MAX_KNOWN = 500
/** Fragments are written out wherever they are used, so that a short document can become a long function. */
const MAX_FIELDS = 500

/** Null: graphql-js is to answer. */
export type Execute = (context: unknown, variables: Variables) => Promise<ExecutionResult | null>
type Variables = Record<string, unknown> | undefined

interface Known {
  asked: number
  execute: Execute | null
}

/**
 * Queries that come again and again, compiled to functions by graphql-jit: they answer what graphql-js would, in half of
 * the time (docs/benchmarks.md). Known by their parsed operations, which Apollo keeps by their text.
 */
export class CompiledQueries {
  private readonly known = new LRUCache<OperationDefinitionNode, Known>({ max: MAX_KNOWN })

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly worthIt = WORTH_IT,
  ) {}

  /** For a validated operation of this document. Null: not asked for often enough, or not to be had as graphql-js has it. */
  find(document: DocumentNode, operation: OperationDefinitionNode): Execute | null {
    const known = this.known.get(operation) ?? { asked: 0, execute: null }
    this.known.set(operation, known)
    known.asked += 1
    if (known.asked === this.worthIt) known.execute = this.compile(document, operation)
    return known.execute
  }

  private compile(document: DocumentNode, operation: OperationDefinitionNode): Execute | null {
    // Mutations are rare, and slow by nature.
    if (operation.operation !== OperationTypeNode.QUERY || !document.loc) return null
    if (operation.variableDefinitions?.some((one) => !isPlain(this.schema, one))) return null
    if (mayLackField(document, operation) || !isSimple(document, operation.selectionSet)) return null
    const compiled = compileQuery(this.schema, document, operation.name?.value)
    return isCompiledQuery(compiled) ? executeBy(compiled.query, document.loc.source) : null
  }
}

/** graphql-jit knows no default of a variable that is not sent, and no @oneOf. */
function isPlain(schema: GraphQLSchema, { type, defaultValue }: VariableDefinitionNode): boolean {
  return !defaultValue && isLeafType(getNamedType(typeFromAST(schema, type as NamedTypeNode)))
}

/** An object with a variable in it that may be null or not given, which graphql-js refuses where it is @oneOf. */
function mayLackField(
  document: DocumentNode,
  { variableDefinitions = [] }: OperationDefinitionNode,
): boolean {
  const optional = variableDefinitions.filter(({ type }) => type.kind !== Kind.NON_NULL_TYPE)
  const names = new Set(optional.map(({ variable }) => variable.name.value))
  let found = false
  visit(document, {
    ObjectField({ value }) {
      if (value.kind !== Kind.VARIABLE || !names.has(value.name.value)) return
      found = true
      return BREAK
    },
  })
  return found
}

/** Short when its fragments are written out, and without @skip and @include, which graphql-jit mixes up where fields merge. */
function isSimple({ definitions }: DocumentNode, operation: SelectionSetNode): boolean {
  let fields = 0
  const ofFragment = (name: string) =>
    definitions.find((one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === name)
  const isSimpleSet = ({ selections }: SelectionSetNode): boolean =>
    selections.every((selection) => {
      fields += 1
      if (fields > MAX_FIELDS || selection.directives?.length) return false
      const below = selection.kind === Kind.FRAGMENT_SPREAD ? ofFragment(selection.name.value) : selection
      return !below || !('selectionSet' in below) || !below.selectionSet || isSimpleSet(below.selectionSet)
    })
  return isSimpleSet(operation)
}

function executeBy(query: CompiledQuery['query'], source: Source): Execute {
  return async (context, variables) => {
    const result = await query(undefined, context, variables)
    if (!result.errors) return result
    // No data: nothing was resolved. What is no resolver's own error is told better by graphql-js, and of a list whose
    // items fail by themselves graphql-jit drops the last.
    if (result.data === undefined || !result.errors.every(isOfField)) return null
    return { ...result, errors: result.errors.map((error) => located(error, source)) }
  }
}

function isOfField({ path, originalError }: GraphQLError): boolean {
  return originalError !== undefined && typeof path?.at(-1) === 'string'
}

/** As graphql-js makes it: graphql-jit's own errors only look alike. */
function located(error: GraphQLError, source: Source): GraphQLError {
  const { message, locations, path, originalError } = error
  if (originalError instanceof GraphQLError && originalError.path) return originalError
  return new GraphQLError(message, {
    source,
    positions: locations?.map(({ line, column }) => positionOf(source.body, line, column)),
    path,
    originalError,
  })
}

function positionOf(text: string, line: number, column: number): number {
  const ends = text.matchAll(/\r\n|[\n\r]/g)
  let start = 0
  for (let passed = 1; passed < line; passed += 1) {
    const end = ends.next().value
    if (!end) break
    start = end.index + end[0].length
  }
  return start + column - 1
}
