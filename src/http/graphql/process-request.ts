import type { IncomingMessage } from 'node:http'
import { Upload } from 'graphql-upload-ts'
import { HttpError } from '../http-error.js'
import { parseMultipart } from '../multipart.js'

/**
 * The GraphQL multipart request specification, streaming: resolves with the operation as soon as `operations` and
 * `map` have come, before any file; the files then arrive through their `Upload`s, each to be read once.
 */
export function processMultipartRequest(
  req: IncomingMessage,
  maxFiles: number,
): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    let operations: Record<string, unknown> | undefined
    let uploads: Map<string, Upload> | undefined
    const missing = () => [...(uploads?.values() ?? [])].filter((upload) => !upload.file)
    parseMultipart(req, maxFiles, {
      field(name, value) {
        if (name === 'operations') operations = parseObject(name, value)
        if (name !== 'map') return
        if (!operations) throw malformed('operations must come before map.')
        uploads = mapUploads(parseObject(name, value), operations, maxFiles)
        resolve(operations)
      },
      file(name, file, stream) {
        if (!uploads) throw malformed('operations and map must come before the files.')
        const upload = uploads.get(name)
        if (!upload || upload.file) stream.resume()
        else upload.resolve(file)
      },
      end() {
        if (!uploads) reject(malformed('operations and map are missing.'))
        for (const upload of missing()) upload.reject(malformed('A file named in map did not come.'))
      },
      fail(error) {
        reject(error)
        for (const upload of missing()) upload.reject(error)
      },
    })
  })
}

function mapUploads(
  map: Record<string, unknown>,
  operations: Record<string, unknown>,
  maxFiles: number,
): Map<string, Upload> {
  const uploads = new Map<string, Upload>()
  const entries = Object.entries(map)
  if (entries.length > maxFiles + 1)
    throw new HttpError(413, 'LIMIT_EXCEEDED', `map: at most ${maxFiles} files.`)
  let paths = 0
  for (const [name, list] of entries) {
    if (!Array.isArray(list)) throw malformed(`map.${name} must be a list of paths.`)
    const upload = new Upload()
    upload.promise.catch(() => {}) // nobody may wait for it
    uploads.set(name, upload)
    for (const path of list) {
      paths += 1
      if (paths > maxFiles + 1) throw new HttpError(413, 'LIMIT_EXCEEDED', `map: at most ${maxFiles} paths.`)
      setUpload(operations, path, upload)
    }
  }
  return uploads
}

/** Only where a variable holds null, as the specification says: so a path can reach nothing else. */
function setUpload(operations: Record<string, unknown>, path: unknown, upload: Upload): void {
  const parts = typeof path === 'string' && path.length <= 200 ? path.split('.') : []
  if (parts[0] !== 'variables' || parts.length < 2) throw malformed('map: a path begins with variables.')
  let place: unknown = operations
  for (const part of parts.slice(0, -1)) place = own(place, part)
  const last = parts.at(-1) as string
  if (own(place, last) !== null) throw malformed(`map: there is no null at ${parts.join('.')}.`)
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
