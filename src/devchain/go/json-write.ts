/**
 * JSON as Go's encoding/json writes it: structs in field order, maps sorted by key bytes, byte slices as base64,
 * `<`, `>` and `&` escaped, integers of any size. A node's answers end with a line feed.
 */
export type GoJson =
  | null
  | boolean
  | number
  | bigint
  | string
  /** A byte slice: base64. */
  | Uint8Array
  | readonly GoJson[]
  /** A map: sorted. */
  | ReadonlyMap<string, GoJson>
  /** A struct: in order; undefined fields are omitted (`omitempty`). */
  | { readonly [field: string]: GoJson | undefined }

export function writeGoJson(value: GoJson): string {
  if (value === null) return 'null'
  switch (typeof value) {
    case 'string':
      return quote(value)
    case 'object':
      return writeComposite(value)
    default:
      return String(value)
  }
}

function writeComposite(value: Exclude<GoJson, null | boolean | number | bigint | string>): string {
  if (value instanceof Uint8Array) return `"${Buffer.from(value).toString('base64')}"`
  if (Array.isArray(value)) return `[${value.map(writeGoJson).join(',')}]`
  if (value instanceof Map) {
    return writeFields([...value].sort(([one], [other]) => compareBytes(one, other)))
  }
  return writeFields(Object.entries(value))
}

function writeFields(fields: [string, GoJson | undefined][]): string {
  const written: string[] = []
  for (const [name, value] of fields) {
    if (value !== undefined) written.push(`${quote(name)}:${writeGoJson(value)}`)
  }
  return `{${written.join(',')}}`
}

function quote(text: string): string {
  return JSON.stringify(text).replace(/[<>&\u2028\u2029\ufffd]/g, escapeUnit)
}

/** What is no UTF-8 has become U+FFFD, which Go then escapes. */
function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** UTF-16 order differs from byte order above the BMP. */
function compareBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other))
}
