import { GoJsonError, JsonNumber, type JsonValue } from './json-scan.js'

/**
 * JSON into the fields of a Go struct: names match without case, unknown ones are ignored, null and absence leave
 * the zero value, and a value of another type fails in Go's words.
 */
export interface FieldType<T> {
  zero: () => T
  /** `where` reads `Go struct field Request.Field`. */
  decode: (value: JsonValue, where: string) => T
}

export type Fields = { readonly [name: string]: FieldType<unknown> }
export type Decoded<F extends Fields> = { [N in keyof F]: F[N] extends FieldType<infer T> ? T : never }

/** The fields of a request, by the name of its Go type. */
export function decodeStruct<F extends Fields>(value: JsonValue, typeName: string, fields: F): Decoded<F> {
  const decoded: Record<string, unknown> = {}
  for (const [name, type] of Object.entries(fields)) decoded[name] = type.zero()
  if (value === null) return decoded as Decoded<F>
  if (!(value instanceof Map)) throw mismatch(value, `Go value of type routes.${typeName}`)
  for (const [key, entry] of value) {
    const name = key in fields ? key : nameWithoutCase(fields, key)
    const type = name === undefined ? undefined : fields[name]
    if (name === undefined || !type || entry === null) continue
    decoded[name] = type.decode(entry, `Go struct field ${typeName}.${name}`)
  }
  return decoded as Decoded<F>
}

function nameWithoutCase(fields: Fields, key: string): string | undefined {
  const lower = key.toLowerCase()
  return Object.keys(fields).find((name) => name.toLowerCase() === lower)
}

/** What a node says when a value does not fit, e.g. `json: cannot unmarshal number into … of type string`. */
export function mismatch(value: JsonValue, target: string, literal = ''): GoJsonError {
  return new GoJsonError(`json: cannot unmarshal ${kindOf(value)}${literal} into ${target}`)
}

function kindOf(value: JsonValue): string {
  if (value instanceof JsonNumber) return 'number'
  if (value instanceof Map) return 'object'
  if (Array.isArray(value)) return 'array'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

export const text: FieldType<string> = {
  zero: () => '',
  decode(value, where) {
    if (typeof value !== 'string') throw mismatch(value, `${where} of type string`)
    return value
  },
}

export const flag: FieldType<boolean> = {
  zero: () => false,
  decode(value, where) {
    if (typeof value !== 'boolean') throw mismatch(value, `${where} of type bool`)
    return value
  },
}

export const uint64 = integer('uint64', 0n, 2n ** 64n - 1n)
export const int64 = integer('int64', -(2n ** 63n), 2n ** 63n - 1n)
export const int = integer('int', -(2n ** 63n), 2n ** 63n - 1n)

function integer(name: string, least: bigint, most: bigint): FieldType<bigint> {
  return {
    zero: () => 0n,
    decode(value, where) {
      if (!(value instanceof JsonNumber)) throw mismatch(value, `${where} of type ${name}`)
      const whole = /^-?\d+$/.test(value.literal) ? BigInt(value.literal) : undefined
      if (whole === undefined || whole < least || whole > most) {
        throw mismatch(value, `${where} of type ${name}`, ` ${value.literal}`)
      }
      return whole
    },
  }
}

/** Of 256 bits: digits, or text of hex digits after 0x. */
export const uint256: FieldType<bigint> = {
  zero: () => 0n,
  decode(value, where) {
    if (typeof value === 'string' && /^0x[0-9a-fA-F]{1,64}$/.test(value)) return BigInt(value)
    if (value instanceof JsonNumber && /^\d{1,77}$/.test(value.literal)) return BigInt(value.literal)
    throw mismatch(value, `${where} of type uint256.Int`)
  },
}

/** A slice; null where absent. */
export function list<T>(element: FieldType<T>, typeName: string): FieldType<T[]> {
  return {
    zero: () => [],
    decode(value, where) {
      if (!Array.isArray(value)) throw mismatch(value, `${where} of type ${typeName}`)
      return value.map((entry) => (entry === null ? element.zero() : element.decode(entry, where)))
    },
  }
}

export const textMap: FieldType<Map<string, string>> = {
  zero: () => new Map(),
  decode(value, where) {
    if (!(value instanceof Map)) throw mismatch(value, `${where} of type map[string]string`)
    const entries = new Map<string, string>()
    for (const [key, entry] of value) entries.set(key, entry === null ? '' : text.decode(entry, where))
    return entries
  },
}

/** A pointer to a struct: null where absent. */
export function pointer<F extends Fields>(typeName: string, fields: F): FieldType<Decoded<F> | null> {
  return { zero: () => null, decode: (value) => decodeStruct(value, typeName, fields) }
}

/** A struct within a slice. */
export function struct<F extends Fields>(typeName: string, fields: F): FieldType<Decoded<F>> {
  return {
    zero: () => decodeStruct(null, typeName, fields),
    decode: (value) => decodeStruct(value, typeName, fields),
  }
}
