import type { RequestContext } from '../context.js'
import { InvalidInputError, UploadTooLargeError } from '../errors.js'
import { FileList } from './file-list.js'
import type { FoundFile, IncomingFile } from './incoming-file.js'
import { mediaTypeOf, TELLING_BYTES } from './media-type.js'
import { PlainDigest } from './plain-digest.js'
import { countFlow } from './sweep-buffers.js'

/** A file whose bytes have all come. */
export interface ReceivedFile<T> {
  name: string
  mediaType: string
  size: number
  /** Of the plain bytes, keyed: `PlainDigest`. */
  digest: string
  /** What the sink made of the bytes. */
  stored: T
}

/** What becomes of each file. */
export interface FileSink<T> {
  readonly isGated: boolean
  /** Of one that is being uploaded. */
  store(bytes: AsyncIterable<Uint8Array>): Promise<T>
  /** Of one at hand. */
  keep(file: FoundFile): Promise<T>
}

/**
 * Takes each file as it arrives, counts, digests, and hands its bytes on to `sink`; then those at hand, as connections
 * do not wait. Throws InvalidInputError for a name, a type or no file at all, UploadTooLargeError (with the number)
 * above a limit; nothing is buffered.
 */
export async function receiveFiles<T>(
  ctx: RequestContext,
  { files, atHand }: { files: AsyncIterable<IncomingFile>; atHand: readonly FoundFile[] },
  sink: FileSink<T>,
  spend: (bytes: number) => void,
): Promise<ReceivedFile<T>[]> {
  const received: ReceivedFile<T>[] = []
  const list = new FileList(sink.isGated)
  let count = atHand.length
  checkFileCount(ctx, count)
  for (const file of atHand) {
    list.add(file)
    // It may be fetched from the network when it is pinned, so it needs room as if it were sent.
    if ('cid' in file.source) spend(file.size)
  }
  for await (const file of files) {
    checkFileCount(ctx, ++count)
    list.add(file)
    received[file.position] = await receive(ctx, file, sink, spend)
  }
  for (const file of atHand) {
    const mediaType = await mediaTypeOf(file, async () => new Uint8Array(0))
    received[file.position] = { ...file, mediaType, stored: await sink.keep(file) }
  }
  if (count === 0) throw new InvalidInputError('Give at least one file.', ['input', 'files'])
  return received
}

/** The first bytes of a file, which tell its type where its publisher and its name do not. */
class FileHead {
  bytes: Uint8Array = new Uint8Array(0)

  add(chunk: Uint8Array): void {
    const missing = TELLING_BYTES - this.bytes.length
    if (missing > 0) this.bytes = Buffer.concat([this.bytes, chunk.subarray(0, missing)])
  }
}

/** Throws UploadTooLargeError with the number of files that a content may have. */
export function checkFileCount({ app }: RequestContext, count: number): void {
  const { maxFilesPerContent: max } = app.config.limits
  if (count <= max) return
  throw new UploadTooLargeError(BigInt(max), `At most ${max} files a content.`, ['input', 'files'])
}

async function receive<T>(
  ctx: RequestContext,
  file: IncomingFile,
  sink: FileSink<T>,
  spend: (bytes: number) => void,
): Promise<ReceivedFile<T>> {
  const maxBytes = Number(ctx.app.config.limits.maxFileBytes)
  const digest = new PlainDigest(ctx.app.identity)
  let size = 0
  const head = new FileHead()
  async function* metered(): AsyncGenerator<Uint8Array> {
    for await (const chunk of file.bytes()) {
      ctx.signal.throwIfAborted()
      size += chunk.length
      if (size > maxBytes) {
        const path = ['input', 'files', String(file.position)]
        throw new UploadTooLargeError(
          BigInt(maxBytes),
          `${file.name}: at most ${maxBytes} bytes a file.`,
          path,
        )
      }
      spend(chunk.length)
      digest.update(chunk)
      head.add(chunk)
      countFlow(chunk.length)
      yield chunk
    }
  }
  const stored = await sink.store(metered())
  const mediaType = await mediaTypeOf(file, async () => head.bytes)
  return { name: file.name, mediaType, size, digest: digest.finish(), stored }
}
