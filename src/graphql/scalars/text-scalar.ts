import { GraphQLError, GraphQLScalarType, Kind, type ValueNode, valueFromASTUntyped } from 'graphql'

/**
 * A scalar that travels as a JSON string and nothing else: numbers are refused, since JSON numbers lose digits.
 * `parse` throws an Error whose message says what is wrong and what would be right.
 */
export function textScalar<T>(options: {
  name: string
  description: string
  specifiedByURL: string
  parse(text: string): T
  serialize(value: unknown): string
}): GraphQLScalarType<T, string> {
  const { name } = options
  const parse = (value: unknown, nodes?: ValueNode): T => {
    const where = nodes && { nodes }
    if (typeof value !== 'string') throw new GraphQLError(`${name} is a string, not ${kindOf(value)}.`, where)
    try {
      return options.parse(value)
    } catch (error) {
      const fault = error instanceof Error ? error.message : 'malformed'
      throw new GraphQLError(`${name}: ${fault}${fault.endsWith('.') ? '' : '.'}`, where)
    }
  }
  return new GraphQLScalarType<T, string>({
    name,
    description: options.description,
    specifiedByURL: options.specifiedByURL,
    serialize: options.serialize,
    parseValue: (value) => parse(value),
    parseLiteral: (node) => parse(node.kind === Kind.ENUM ? undefined : valueFromASTUntyped(node), node),
  })
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'a word without quotes'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** For scalars whose value is text already. */
export function serializeText(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError(`expected text, got ${typeof value}`)
  return value
}

/** For scalars whose value is a whole number. */
export function serializeInteger(value: unknown): string {
  if (typeof value === 'bigint' && value >= 0n) return value.toString()
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return String(value)
  throw new TypeError(`expected a whole number from 0, got ${String(value)}`)
}
