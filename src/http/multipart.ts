import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import busboy from 'busboy'
import type { FileUpload } from 'graphql-upload-ts'
import { HttpError } from './http-error.js'

const MAX_FIELD_BYTES = 1_048_576
const MAX_FIELDS = 32

export interface MultipartHandlers {
  field(name: string, value: string): void
  /** Whoever does not read the file must let it flow (`resume`): the next part waits for it. */
  file(name: string, file: FileUpload, stream: Readable): void
  /** All parts have come. */
  end(): void
  /** The body is malformed, passes a limit, or broke off. Called once, also for a file that is being read. */
  fail(error: Error): void
}

/**
 * Parses a multipart body as it comes: files are live streams, nothing is buffered or written to disk (graphql-upload's
 * own parser spools every file to a temporary one, in clear: facts/graphql.md §3).
 */
export function parseMultipart(req: IncomingMessage, maxFiles: number, handlers: MultipartHandlers): void {
  const parser = createParser(req, maxFiles)
  let isOver = false
  const fail = (error: Error) => {
    if (isOver) return
    isOver = true
    req.unpipe(parser)
    parser.destroy(error)
    handlers.fail(error)
  }
  parser.on('field', (name, value, { nameTruncated, valueTruncated }) => {
    if (nameTruncated || valueTruncated) fail(tooLarge(`A field has at most ${MAX_FIELD_BYTES} bytes.`))
    else guard(() => handlers.field(name, value), fail)
  })
  parser.on('file', (name, stream, { filename, encoding, mimeType }) => {
    stream.on('error', () => {}) // its reader sees it; without a reader it must not end the process
    const file = {
      filename: filename ?? '',
      fieldName: name,
      encoding,
      mimetype: mimeType,
      createReadStream: () => stream,
    }
    guard(() => handlers.file(name, file as unknown as FileUpload, stream), fail)
  })
  parser.on('fieldsLimit', () => fail(tooLarge(`At most ${MAX_FIELDS} fields.`)))
  parser.on('filesLimit', () => fail(tooLarge(`At most ${maxFiles} files.`)))
  parser.on('error', () =>
    fail(new HttpError(400, 'BAD_REQUEST', 'The multipart body is malformed or incomplete.')),
  )
  parser.on('close', () => {
    if (isOver) return
    isOver = true
    handlers.end()
  })
  req.once('close', () => {
    if (!req.complete) fail(new HttpError(400, 'BAD_REQUEST', 'The client broke off.'))
  })
  req.pipe(parser)
}

function createParser(req: IncomingMessage, maxFiles: number): busboy.Busboy {
  try {
    return busboy({
      headers: req.headers,
      defParamCharset: 'utf8',
      // One file above the limit is let through, so that the domain can refuse it with the number.
      limits: { fieldSize: MAX_FIELD_BYTES, fields: MAX_FIELDS, files: maxFiles + 1, fieldNameSize: 200 },
    })
  } catch {
    throw new HttpError(400, 'BAD_REQUEST', 'The multipart body has no boundary.')
  }
}

function guard(run: () => void, fail: (error: Error) => void): void {
  try {
    run()
  } catch (error) {
    fail(error instanceof Error ? error : new Error(String(error)))
  }
}

function tooLarge(message: string): HttpError {
  return new HttpError(413, 'LIMIT_EXCEEDED', message)
}
