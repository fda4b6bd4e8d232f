import { type FileUpload, Upload } from 'graphql-upload-ts'
import type { IncomingFile } from '../../content/incoming-file.js'
import { InvalidInputError } from '../../errors.js'
import type { PublishFile } from './publish-resolver.js'

/**
 * Stands for "all further file parts" where their number is not known before the last one came (REST): one entry of
 * `files` that yields many. Made by http/, never by a client.
 */
export class UploadSeries extends Upload {
  constructor(readonly files: AsyncIterable<FileUpload>) {
    super()
    this.promise.catch(() => {})
  }
}

/** The files in the order in which their parts arrive, each with its place in the input: a part must be read before the next one can come. */
export async function* arrivingFiles(files: readonly PublishFile[]): AsyncGenerator<IncomingFile> {
  const [only] = files
  if (only?.upload instanceof UploadSeries) {
    let position = 0
    for await (const upload of only.upload.files) yield incoming(position++, upload, {})
    return
  }
  const pending = new Map(files.map((file, position) => [position, arrival(file, position, files)]))
  for (const promise of pending.values()) promise.catch(() => {}) // the first failure ends the loop
  while (pending.size > 0) {
    const next = await Promise.race(pending.values())
    pending.delete(next.position)
    yield next
  }
}

async function arrival(
  file: PublishFile,
  position: number,
  all: readonly PublishFile[],
): Promise<IncomingFile> {
  const path = ['input', 'files', String(position), 'upload']
  if (!file.upload) throw new InvalidInputError('Give the file’s bytes as upload.', path)
  if (all.findIndex((other) => other.upload === file.upload) !== position) {
    throw new InvalidInputError('One uploaded file cannot be two files: map each part to one variable.', path)
  }
  return incoming(position, await file.upload.promise, file)
}

function incoming(position: number, upload: FileUpload, given: Omit<PublishFile, 'upload'>): IncomingFile {
  return {
    position,
    name: given.name ?? upload.filename,
    mediaType: given.mediaType ?? upload.mimetype,
    bytes: () => upload.createReadStream(),
  }
}
