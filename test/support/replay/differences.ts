import { GoJsonError, JsonNumber, type JsonValue, scanJson } from '../../../src/devchain/go/json-scan.js'
import { parseTransaction } from '../../../src/devchain/wire/parse-transaction.js'
import type { Answer } from '../manual-devchain.js'
import type { Step } from './recorded.js'

/** One value that is not the same: where, as the node had it, and as the local chain has it. */
export interface Difference {
  /** `status`, `contentType`, `headers.name`, `body`, or the way into the JSON, as in `Posts[0].Body`. */
  path: string
  recorded: string
  here: string
}

const ABSENT = '(absent)'

/** All that differs between what was recorded and an answer: values, names, their order, and how they nest. */
export function differencesBetween(step: Step, answer: Answer): Difference[] {
  const { status, contentType = 'application/json', responseHeaders = {} } = step
  return [
    ...scalar('status', String(status), String(answer.status)),
    ...scalar('contentType', String(contentType), String(answer.contentType)),
    ...Object.entries(responseHeaders).flatMap(([name, value]) =>
      scalar(`headers.${name}`, value, String(answer.headers[name] ?? ABSENT)),
    ),
    ...bodies(step, answer.body),
  ]
}

function bodies({ answer = '', answerBytes }: Step, body: string): Difference[] {
  if (answerBytes === undefined) return texts('body', answer, body)
  // Of a long answer only the beginning and its length in characters were kept.
  return [
    ...scalar('body.length', String(answerBytes), String(body.length)),
    ...texts('body', closed(answer), closed(body.slice(0, answer.length))),
  ]
}

/** JSON that was cut off, up to its last whole value. */
function closed(text: string): string {
  const open: string[] = []
  let [end, closers] = [0, '']
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],]/g)) {
    if (token === '{' || token === '[') open.unshift(token === '{' ? '}' : ']')
    if (token === '}' || token === ']') open.shift()
    if (token === ',') [end, closers] = [index, open.join('')]
  }
  return text.slice(0, end) + closers
}

function texts(path: string, recorded: string, here: string): Difference[] {
  if (recorded === here) return []
  const [one, other] = [parse(recorded), parse(here)]
  if (one === undefined || other === undefined || recorded.endsWith('\n') !== here.endsWith('\n')) {
    return [{ path, recorded, here }]
  }
  const found = values('', one, other)
  return found.length > 0 ? found : [{ path, recorded, here }]
}

function parse(text: string): JsonValue | undefined {
  try {
    return scanJson(Buffer.from(text), { expectEnd: true })
  } catch (error) {
    if (error instanceof GoJsonError) return undefined
    throw error
  }
}

function values(path: string, recorded: JsonValue, here: JsonValue): Difference[] {
  if (recorded instanceof Map && here instanceof Map) return maps(path, recorded, here)
  if (Array.isArray(recorded) && Array.isArray(here)) return lists(path, recorded, here)
  if (/TransactionHex$|^Transaction$/.test(path)) return transactions(path, recorded, here)
  return scalar(path, show(recorded), show(here))
}

function maps(path: string, recorded: Map<string, JsonValue>, here: Map<string, JsonValue>): Difference[] {
  const [names, hereNames] = [[...recorded.keys()], [...here.keys()]]
  const shared = names.filter((name) => here.has(name))
  const isReordered = shared.join() !== hereNames.filter((name) => recorded.has(name)).join()
  const all = [...names, ...hereNames.filter((name) => !recorded.has(name))]
  return [
    ...(isReordered ? [{ path: `${path}{order}`, recorded: names.join(), here: hereNames.join() }] : []),
    ...all.flatMap((name) => {
      const [one, other] = [recorded.get(name), here.get(name)]
      const at = path === '' ? name : `${path}.${name}`
      if (one === undefined) return [{ path: at, recorded: ABSENT, here: show(other) }]
      if (other === undefined) return [{ path: at, recorded: show(one), here: ABSENT }]
      return values(at, one, other)
    }),
  ]
}

function lists(path: string, recorded: JsonValue[], here: JsonValue[]): Difference[] {
  const shared = recorded.slice(0, here.length)
  return [
    ...scalar(`${path}.length`, String(recorded.length), String(here.length)),
    ...shared.flatMap((value, index) => values(`${path}[${index}]`, value, here[index] ?? null)),
  ]
}

/** Wire bytes are compared field by field, so that one volatile field does not hide the others. */
function transactions(path: string, recorded: JsonValue, here: JsonValue): Difference[] {
  if (typeof recorded !== 'string' || typeof here !== 'string') {
    return scalar(path, show(recorded), show(here))
  }
  if (recorded === here) return []
  return values(`${path}{}`, wireFields(recorded), wireFields(here))
}

function wireFields(hex: string): JsonValue {
  const { transaction } = parseTransaction(Buffer.from(hex, 'hex'))
  return toJson(transaction)
}

function toJson(value: unknown): JsonValue {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (typeof value === 'bigint') return new JsonNumber(value.toString())
  if (Array.isArray(value)) return value.map(toJson)
  if (value instanceof Map) return new Map([...value].map(([name, entry]) => [name, toJson(entry)]))
  if (typeof value === 'object' && value !== null) return toJson(new Map(Object.entries(value)))
  return value as JsonValue
}

function scalar(path: string, recorded: string, here: string): Difference[] {
  return recorded === here ? [] : [{ path, recorded, here }]
}

function show(value: JsonValue | undefined): string {
  if (value === undefined) return ABSENT
  if (value instanceof JsonNumber) return value.literal
  if (value instanceof Map)
    return `{${[...value].map(([name, entry]) => `${name}: ${show(entry)}`).join(', ')}}`
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`
  return JSON.stringify(value)
}
