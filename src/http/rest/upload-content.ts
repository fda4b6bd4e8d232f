import { PassThrough } from 'node:stream'
import type { Request } from 'express'
import type { FileUpload } from 'graphql-upload-ts'
import { UploadSeries } from '../../graphql/content/uploads.js'
import { HttpError } from '../http-error.js'
import { parseMultipart } from '../multipart.js'
import { readJsonObject } from '../read-body.js'

const FIELDS = ['title', 'teaser', 'policy', 'idempotencyKey']

/**
 * The body of POST /api/upload-content as the input of publishContent: its fields come before any number of parts
 * `file`. Resolves with the first file; the others follow through the one UploadSeries, live. Where no file comes with
 * the request, the input itself as JSON. Rejects with HttpError for a body of another form.
 */
export function readUploadContent(req: Request, maxFiles: number): Promise<Record<string, unknown>> {
  const type = req.headers['content-type'] ?? ''
  if (/^application\/json\b/i.test(type)) return readInput(req)
  if (!/^multipart\/form-data\b/i.test(type)) throw notMultipart()
  return new Promise((resolve, reject) => {
    const fields = new Map<string, string>()
    const files = new PassThrough({ objectMode: true })
    files.on('error', () => {}) // its reader sees it
    let isStarted = false
    const start = () => {
      isStarted = true
      const upload = new UploadSeries(files as AsyncIterable<FileUpload>)
      resolve({ ...Object.fromEntries(fields), files: [{ upload }] })
    }
    parseMultipart(req, maxFiles, {
      field(name, value) {
        if (isStarted) throw malformed(`The field ${name} must come before the files.`)
        if (!FIELDS.includes(name)) throw malformed(`Unknown field: ${name}.`)
        if (fields.has(name)) throw malformed(`The field ${name} came twice.`)
        fields.set(name, value)
      },
      file(name, file) {
        if (name !== 'file') throw malformed(`A file's part is named file, not ${name}.`)
        files.write(file)
        if (!isStarted) start()
      },
      end() {
        files.end()
        if (!isStarted) start()
      },
      fail(error) {
        reject(error)
        files.destroy(error)
      },
    })
  })
}

async function readInput(req: Request): Promise<Record<string, unknown>> {
  const input = await readJsonObject(req)
  if (!Array.isArray(input.files)) throw notMultipart()
  return input
}

function notMultipart(): HttpError {
  return malformed('Send the body as multipart/form-data.')
}

function malformed(message: string): HttpError {
  return new HttpError(400, 'BAD_REQUEST', message)
}
