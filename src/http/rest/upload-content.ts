import { PassThrough } from 'node:stream'
import type { Request } from 'express'
import type { FileUpload } from 'graphql-upload-ts'
import { UploadSeries } from '../../graphql/content/uploads.js'
import { HttpError } from '../http-error.js'
import { parseMultipart } from '../multipart.js'

const FIELDS = ['title', 'teaser', 'policy', 'idempotencyKey']

/**
 * The body of POST /api/upload-content as the input of publishContent: its fields come before any number of parts
 * `file`. Resolves with the first file; the others follow through the one UploadSeries, live.
 */
export function readUploadContent(req: Request, maxFiles: number): Promise<Record<string, unknown>> {
  if (!/^multipart\/form-data\b/i.test(req.headers['content-type'] ?? '')) {
    throw new HttpError(415, 'BAD_REQUEST', 'Send the body as multipart/form-data.')
  }
  return new Promise((resolve, reject) => {
    const fields: Record<string, string> = {}
    const files = new PassThrough({ objectMode: true, highWaterMark: 1 })
    files.on('error', () => {}) // its reader sees it
    let isStarted = false
    const start = () => {
      if (!isStarted)
        resolve({ ...fields, files: [{ upload: new UploadSeries(files as AsyncIterable<FileUpload>) }] })
      isStarted = true
    }
    parseMultipart(req, maxFiles, {
      field(name, value) {
        if (isStarted)
          throw new HttpError(400, 'BAD_REQUEST', `The field ${name} must come before the files.`)
        if (!FIELDS.includes(name)) throw new HttpError(400, 'BAD_REQUEST', `Unknown field: ${name}.`)
        fields[name] = value
      },
      file(name, file) {
        if (name !== 'file')
          throw new HttpError(400, 'BAD_REQUEST', `A file's part is named file, not ${name}.`)
        files.write(file)
        start()
      },
      end() {
        files.end()
        start()
      },
      fail(error) {
        reject(error)
        files.destroy(error)
      },
    })
  })
}
