import { createHash } from 'node:crypto'
import { InvalidInputError } from '../errors.js'
import type { DraftRequest, JsonValue } from './draft-request.js'

const VISIBLE_ASCII = /^[\x21-\x7e]{1,128}$/

/** Throws InvalidInputError unless the key is 1 to 128 visible ASCII characters. */
export function checkIdempotencyKey(key: string): void {
  if (VISIBLE_ASCII.test(key)) return
  throw new InvalidInputError('An idempotency key is 1 to 128 visible ASCII characters, without spaces.', [
    'input',
    'idempotencyKey',
  ])
}

/** What two requests of one key must share to be the same request: operation and input, in 64 hex digits. */
export function fingerprintOf({ operation, input }: Pick<DraftRequest, 'operation' | 'input'>): string {
  return sha256Hex(`${operation}\n${canonicalJson(input)}`)
}

/** Beyond so many, an array is told of as a whole. */
const MAX_ELEMENTS = 100
/** Of a digest: parts are only compared with one another. */
const PART_DIGITS = 16

/** A digest of each member of the input, and of each element of its arrays (`files.2`): what a draft keeps of it. */
export function partsOf(input: DraftRequest['input']): Record<string, string> {
  const parts = Object.entries(input).flatMap(
    ([name, member]): (readonly [string, JsonValue | undefined])[] =>
      Array.isArray(member) && member.length <= MAX_ELEMENTS
        ? member.map((element: JsonValue, index) => [`${name}.${index}`, element] as const)
        : [[name, member]],
  )
  const given = parts.filter((part): part is [string, JsonValue] => part[1] !== undefined && part[1] !== null)
  return Object.fromEntries(
    given.map(([name, value]) => [name, sha256Hex(canonicalJson(value)).slice(0, PART_DIGITS)]),
  )
}

/** In what two requests of one key differ, by the names of the input; `operation` alone where that differs. */
export function differencesOf(
  { operation, input }: Pick<DraftRequest, 'operation' | 'input'>,
  kept: { operation: string; parts?: Record<string, string> | undefined },
): string[] {
  if (operation !== kept.operation) return ['operation']
  if (!kept.parts) return []
  const parts = partsOf(input)
  const names = new Set([...Object.keys(parts), ...Object.keys(kept.parts)])
  return [...names].filter((name) => parts[name] !== kept.parts?.[name]).sort()
}

export function sha256Hex(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

/** Keys sorted; a member that is null or undefined is the same as none. */
function canonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const members = Object.entries(value)
    .filter((member): member is [string, JsonValue] => member[1] !== undefined && member[1] !== null)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`)
  return `{${members.join(',')}}`
}
