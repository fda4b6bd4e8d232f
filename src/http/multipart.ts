import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import busboy from 'busboy'
import type { FileUpload } from 'graphql-upload-ts'
import { HttpError } from './http-error.js'

/** Room for 10,000 files with their names, as `operations` lists them. */
const MAX_FIELD_BYTES = 4_194_304
const MAX_FIELDS = 32

export interface MultipartHandlers {
  field(name: string, value: string): void
  /** Whoever does not read the file must let it flow (`resume`): the next part waits for it. */
  file(name: string, file: FileUpload, stream: Readable): void
  /** All parts have come. */
  end(): void
  /**
   * The body is malformed, passes a limit or broke off, or a file was not read to its end. Called once; a file that is
   * being read fails with the same error.
   */
  fail(error: Error): void
}

/**
 * Parses a multipart body as it comes: files are live streams, nothing is buffered or written to disk (graphql-upload's
 * own parser spools every file to a temporary one, in clear: facts/graphql.md §3). Of more files than `maxFiles` one
 * comes through, for the domain to refuse with the number. Throws HttpError where there is no boundary.
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
  const guard = (handle: () => void) => {
    try {
      handle()
    } catch (error) {
      fail(error instanceof Error ? error : new Error(String(error)))
    }
  }
  parser.on('field', (name, value, { nameTruncated, valueTruncated }) => {
    if (nameTruncated || valueTruncated) fail(tooLarge(`A field has at most ${MAX_FIELD_BYTES} bytes.`))
    else guard(() => handlers.field(name, value))
  })
  parser.on('file', (name, stream, { filename, encoding, mimeType }) => {
    stream.on('error', () => {}) // its reader sees it; without a reader it must not end the process
    // A file that its reader gave up would hold back for ever what comes behind it.
    stream.once('close', () => {
      if (!stream.readableEnded && !stream.errored) fail(malformed('A file before this one was refused.'))
    })
    const createReadStream = () => stream
    const file = {
      filename: withoutDisk(filename ?? ''),
      fieldName: name,
      encoding,
      mimetype: mimeType,
      createReadStream,
    }
    guard(() => handlers.file(name, file as unknown as FileUpload, stream))
  })
  parser.on('fieldsLimit', () => fail(tooLarge(`At most ${MAX_FIELDS} fields.`)))
  parser.on('error', () => fail(malformed('The multipart body is malformed or incomplete.')))
  parser.on('close', () => {
    if (!isOver) guard(() => handlers.end())
    isOver = true
  })
  req.once('close', () => {
    if (!req.complete) fail(malformed('The client broke off.'))
  })
  req.pipe(parser)
}

function createParser(req: IncomingMessage, maxFiles: number): busboy.Busboy {
  try {
    return busboy({
      headers: req.headers,
      defParamCharset: 'utf8',
      preservePath: true,
      limits: { fieldSize: MAX_FIELD_BYTES, fields: MAX_FIELDS, files: maxFiles + 1, fieldNameSize: 200 },
    })
  } catch {
    throw malformed('The multipart body has no boundary.')
  }
}

/** Paths are part of names; but where a sender's disk had the file (`C:\films\a.mp4`, `/home/me/a.mp4`) is not. */
function withoutDisk(filename: string): string {
  return /^(?:[a-z]:)?[\\/]/i.test(filename) ? filename.replace(/^.*[\\/]/s, '') : filename
}

function malformed(message: string): HttpError {
  return new HttpError(400, 'BAD_REQUEST', message)
}

function tooLarge(message: string): HttpError {
  return new HttpError(413, 'LIMIT_EXCEEDED', message)
}
