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
