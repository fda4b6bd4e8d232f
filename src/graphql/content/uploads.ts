import { type FileUpload, Upload } from 'graphql-upload-ts'
import type { IncomingFile } from '../../content/incoming-file.js'
import { InvalidInputError } from '../../errors.js'
import { isArriving, isNamedOnly } from './files-at-hand.js'
import type { PublishFile } from './publish-resolver.js'

/** A part of a multipart request: the value of an `Upload` variable. Made by http/, never by a client. */
export class PartUpload extends Upload {
  #isWanted = false

  /** `onWanted`: called when a reader begins to wait for the part. */
  constructor(private readonly onWanted: (part: PartUpload) => void) {
    super()
    this.promise.catch(() => {}) // nobody may ever wait for it
  }

  get isWanted(): boolean {
    return this.#isWanted
  }

  /** What graphql-js writes of it where it cannot be a value. */
  toJSON(): string {
    return 'an uploaded file'
  }

  /** The part when it comes, for one reader: its bytes flow once. Rejects for a second one. */
  async take(): Promise<FileUpload> {
    if (this.#isWanted)
      throw new Error('One uploaded part cannot be two files: map each part to one variable.')
    this.#isWanted = true
    this.onWanted(this)
    return this.promise
  }
}

/**
 * Stands for "all file parts" where their number is not known before the last one came (REST): one entry of `files`
 * that yields many. Made by http/, never by a client.
 */
export class UploadSeries extends Upload {
  constructor(readonly files: AsyncIterable<FileUpload>) {
    super()
    this.promise.catch(() => {})
  }
}

/** How many files `files` stands for; null: nobody knows yet. */
export function fileCount(files: readonly PublishFile[]): number | null {
  return seriesIn(files) ? null : files.length
}

/**
 * The files in the order in which their parts arrive, each with its place in the input: a part must be read before the
 * next one can come. `named`: those with a name and nothing else are none of them. Throws InvalidInputError for a part that is missing, used twice or breaks off.
 */
export async function* arrivingFiles(
  files: readonly PublishFile[],
  { named = false }: { named?: boolean } = {},
): AsyncGenerator<IncomingFile> {
  const series = seriesIn(files)
  if (series) {
    let position = 0
    for await (const upload of checked(series.files, ['input', 'files'])) {
      yield incoming(position++, upload, {})
    }
    return
  }
  const isSent = (file: PublishFile) => isArriving(file) && !(named && isNamedOnly(file))
  const arrivals = files.flatMap((file, position) => (isSent(file) ? [arrival(file, position)] : []))
  yield* asTheyCome(arrivals)
}

/** What the promises resolve to, in the order in which they do; the first failure ends it. */
async function* asTheyCome<T>(promises: readonly Promise<T>[]): AsyncGenerator<T> {
  const settled: Promise<T>[] = []
  let wake = () => {}
  for (const promise of promises) {
    const note = () => {
      settled.push(promise)
      wake()
    }
    promise.then(note, note)
  }
  for (let taken = 0; taken < promises.length; ) {
    const next = settled[taken]
    if (next) {
      taken += 1
      yield await next
    } else {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
}

function seriesIn([first]: readonly PublishFile[]): UploadSeries | null {
  return first?.upload instanceof UploadSeries ? first.upload : null
}

async function arrival(file: PublishFile, position: number): Promise<IncomingFile> {
  const path = ['input', 'files', String(position), 'upload']
  if (!(file.upload instanceof PartUpload))
    throw new InvalidInputError('Give the file’s bytes as upload.', path)
  const part = await file.upload.take().catch((error: Error) => {
    throw new InvalidInputError(error.message, path, error)
  })
  return incoming(position, part, file)
}

function incoming(position: number, upload: FileUpload, given: Omit<PublishFile, 'upload'>): IncomingFile {
  const path = ['input', 'files', String(position), 'upload']
  return {
    position,
    name: given.name ?? upload.filename,
    mediaType: given.mediaType ?? upload.mimetype,
    bytes: () => checked(upload.createReadStream(), path, 'The file broke off before its end.'),
  }
}

/** A body that is malformed or ends before its time is the caller's fault, as data. */
async function* checked<T>(
  source: AsyncIterable<T>,
  path: readonly string[],
  message?: string,
): AsyncGenerator<T> {
  try {
    yield* source
  } catch (cause) {
    throw new InvalidInputError(message ?? (cause as Error).message, path, cause)
  }
}
