import type { IncomingMessage } from 'node:http'
import { HttpError } from '../http-error.js'
import { parseMultipart } from '../multipart.js'
import { Parts } from './parts.js'

const MAX_PATH_CHARACTERS = 200

/**
 * The GraphQL multipart request specification, streaming: resolves with the operation as soon as `operations` and
 * `map` have come, before any file; the files then arrive through their uploads, each to be read once. Rejects with
 * HttpError for a body that is not of the specification.
 */
export function processMultipartRequest(
  req: IncomingMessage,
  maxFiles: number,
): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    let operations: Record<string, unknown> | undefined
    let parts: Parts | undefined
    parseMultipart(req, maxFiles, {
      field(name, value) {
        if (parts) return
        if (name === 'operations') operations = parseObject(name, value)
        if (name !== 'map') return
        if (!operations) throw malformed('operations must come before map.')
        parts = mapParts(parseObject(name, value), operations)
        resolve(operations)
      },
      file(name, file, stream) {
        if (!parts) throw malformed('operations and map must come before the files.')
        parts.arrive(name, file, stream)
      },
      end() {
        if (!parts) throw malformed('operations or map is missing.')
        parts.end(malformed('a part that map names did not come.'))
      },
      fail(error) {
        reject(error)
        parts?.end(error)
      },
    })
  })
}

function mapParts(map: Record<string, unknown>, operations: Record<string, unknown>): Parts {
  const parts = new Parts()
  for (const [name, paths] of Object.entries(map)) {
    if (!Array.isArray(paths)) throw malformed(`map.${name} must be a list of paths.`)
    const upload = parts.add(name)
    for (const path of paths) setVariable(operations, path, upload)
  }
  return parts
}

/** Only where a variable holds null, as the specification says: so a path can reach nothing else. */
function setVariable(operations: Record<string, unknown>, path: unknown, upload: unknown): void {
  const keys = typeof path === 'string' && path.length <= MAX_PATH_CHARACTERS ? path.split('.') : []
  const last = keys.pop()
  if (keys[0] !== 'variables' || last === undefined) throw malformed('map: a path begins with variables.')
  let place: unknown = operations
  for (const key of keys) place = own(place, key)
  if (own(place, last) !== null) throw malformed(`map: there is no null at ${path}.`)
  ;(place as Record<string, unknown>)[last] = upload
}

function own(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined
}

function parseObject(name: string, text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw malformed(`${name} is not JSON.`)
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  throw malformed(`${name} must be a JSON object.`)
}

function malformed(message: string): HttpError {
  return new HttpError(400, 'BAD_REQUEST', `Multipart request: ${message}`)
}
