/** What an object, a slot in one or a number takes in V8, about. */
const OBJECT_BYTES = 48
const SLOT_BYTES = 8
const STRING_BYTES = 24
/** V8 keeps text in one byte a character where it can. */
const ONE_BYTE_TEXT = /^[\0-\xff]*$/
const LOOKED_AT_CHARACTERS = 1_000

/** What a value takes in memory, about: enough to bound a cache by. What it shares with others counts as its own. */
export function bytesInMemory(value: unknown): number {
  const seen = new Set<object>()
  const rest: unknown[] = [value]
  let bytes = 0
  while (rest.length > 0) {
    const next = rest.pop()
    if (typeof next === 'string') bytes += textBytes(next)
    else if (typeof next === 'bigint') bytes += OBJECT_BYTES
    else if (typeof next !== 'object' || next === null) bytes += SLOT_BYTES
    else if (!seen.has(next)) {
      seen.add(next)
      bytes += OBJECT_BYTES
      if (ArrayBuffer.isView(next)) bytes += next.byteLength
      else push(rest, next)
    }
  }
  return bytes
}

function push(rest: unknown[], value: object): void {
  const isCollection = Array.isArray(value) || value instanceof Map || value instanceof Set
  // A Map gives its entries as arrays, which stand for what it takes beside them.
  for (const member of isCollection ? value : Object.values(value)) rest.push(member)
}

function textBytes(text: string): number {
  const isOneByte = ONE_BYTE_TEXT.test(text.slice(0, LOOKED_AT_CHARACTERS))
  return STRING_BYTES + text.length * (isOneByte ? 1 : 2)
}
