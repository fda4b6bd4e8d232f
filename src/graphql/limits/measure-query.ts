import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  type ValueNode,
} from 'graphql'
import { DEFAULT_PAGE_SIZE } from '../../page.js'

/** What a list without pages counts as: such lists (files, outputs, payments) are short by nature. */
const PLAIN_LIST = 5

interface QueryMeasure {
  /** Levels of fields. */
  depth: number
  aliases: number
  /** Fields of the answer, at the page sizes asked for. */
  cost: number
}

export interface MeasuredQuery extends QueryMeasure {
  /** With other variables it may measure otherwise. */
  readsVariables: boolean
}

export interface MeasuredDocument {
  operation: OperationDefinitionNode
  fragments: ReadonlyMap<string, FragmentDefinitionNode>
  variables: Readonly<Record<string, unknown>>
}

/**
 * Measures a validated operation. Each fragment is measured once a type, so that a document which fans out to millions
 * of fields takes no longer than its own length. Page sizes are read from literals and variables alike; one beyond
 * `maxPageSize` counts as that, since it is refused by its own name. Introspection counts by its aliases alone: it asks
 * nobody, and graphql-js bounds how it nests.
 */
export function measureQuery(
  schema: GraphQLSchema,
  { operation, fragments, variables }: MeasuredDocument,
  maxPageSize: number,
): MeasuredQuery {
  const known = new Map<string, QueryMeasure>()
  let readsVariables = false
  const root = schema.getRootType(operation.operation)
  const sum = root ? ofSelections(operation.selectionSet, root, 1) : { depth: 0, aliases: 0, cost: 0 }
  return { ...sum, readsVariables }

  function ofSelections(set: SelectionSetNode, type: GraphQLCompositeType, pageSize: number): QueryMeasure {
    const sum: QueryMeasure = { depth: 0, aliases: 0, cost: 0 }
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) add(sum, ofField(selection, type, pageSize))
      else if (selection.kind === Kind.INLINE_FRAGMENT) {
        add(
          sum,
          ofSelections(
            selection.selectionSet,
            conditionType(selection.typeCondition?.name.value, type),
            pageSize,
          ),
        )
      } else add(sum, ofFragment(selection.name.value, type, pageSize))
    }
    return sum
  }

  function ofFragment(name: string, type: GraphQLCompositeType, pageSize: number): QueryMeasure {
    const key = `${name}:${type.name}:${pageSize}`
    const before = known.get(key)
    if (before) return before
    const fragment = fragments.get(name)
    const none = { depth: 0, aliases: 0, cost: 0 }
    if (!fragment) return none
    known.set(key, none) // a cycle cannot pass validation; this guards against it all the same
    const measure = ofSelections(
      fragment.selectionSet,
      conditionType(fragment.typeCondition.name.value, type),
      pageSize,
    )
    known.set(key, measure)
    return measure
  }

  function ofField(node: FieldNode, parent: GraphQLCompositeType, pageSize: number): QueryMeasure {
    const field = fieldOf(parent, node.name.value)
    const type = field && getNamedType(field.type)
    const own = { depth: 1, aliases: node.alias ? 1 : 0, cost: 1 }
    if (!field || !node.selectionSet || !isCompositeType(type)) return own
    const inner = ofSelections(node.selectionSet, type, firstOf(node, field))
    if (isIntrospectionType(type)) return { ...own, aliases: inner.aliases + own.aliases }
    return {
      depth: inner.depth + 1,
      aliases: inner.aliases + own.aliases,
      cost: 1 + repeats(node, field, pageSize) * inner.cost,
    }
  }

  /** How often the selection below a field is answered: a page's rows by the size asked of the connection. */
  function repeats(node: FieldNode, field: GraphQLField<unknown, unknown>, pageSize: number): number {
    if (!isListType(getNullableType(field.type))) return 1
    if (node.name.value === 'edges' || node.name.value === 'nodes') {
      const ids = node.arguments?.find((argument) => argument.name.value === 'ids')
      return ids ? Math.min(lengthOf(ids.value), maxPageSize) : pageSize
    }
    return PLAIN_LIST
  }

  function firstOf(node: FieldNode, field: GraphQLField<unknown, unknown>): number {
    if (!field.args.some((argument) => argument.name === 'first')) return 1
    const sizes = ['first', 'last']
      .map((name) => readValue(node.arguments?.find((argument) => argument.name.value === name)?.value))
      .filter((value) => typeof value === 'number')
    const size = sizes.length === 0 ? DEFAULT_PAGE_SIZE : Math.max(...sizes)
    return Math.min(Math.max(0, size), maxPageSize)
  }

  function lengthOf(value: ValueNode): number {
    if (value.kind === Kind.LIST) return value.values.length
    const given = readValue(value)
    return Array.isArray(given) ? given.length : 1
  }

  function readValue(value: ValueNode | undefined): unknown {
    if (value?.kind === Kind.INT) return Number(value.value)
    if (value?.kind !== Kind.VARIABLE) return undefined
    readsVariables = true
    const name = value.name.value
    const definition = operation.variableDefinitions?.find((one) => one.variable.name.value === name)
    return variables[name] ?? readValue(definition?.defaultValue)
  }

  function conditionType(name: string | undefined, type: GraphQLCompositeType): GraphQLCompositeType {
    const named = name === undefined ? type : schema.getType(name)
    return isCompositeType(named) ? named : type
  }
}

function add(sum: QueryMeasure, part: QueryMeasure): void {
  sum.depth = Math.max(sum.depth, part.depth)
  sum.aliases += part.aliases
  sum.cost += part.cost
}

function fieldOf(type: GraphQLCompositeType, name: string): GraphQLField<unknown, unknown> | undefined {
  if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef
  if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined
}
