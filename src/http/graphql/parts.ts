import type { Readable } from 'node:stream'
import type { FileUpload } from 'graphql-upload-ts'
import { PartUpload } from '../../graphql/content/uploads.js'

interface ArrivedPart {
  file: FileUpload
  stream: Readable
}

/**
 * The parts of a multipart request that `map` names, between connection and readers. A part that has come before
 * anybody asked for it is held; where somebody waits for a later one it is in the way, and is lost.
 */
export class Parts {
  readonly #uploads = new Map<string, PartUpload>()
  readonly #held = new Map<PartUpload, ArrivedPart>()
  /** Whose readers wait for parts that have not come. */
  readonly #awaited = new Set<PartUpload>()

  /** The value of the variables that `name` is mapped to. */
  add(name: string): PartUpload {
    const upload = new PartUpload((part) => this.#hand(part))
    this.#uploads.set(name, upload)
    return upload
  }

  /** A part has come. One that `map` does not name, or names again, flows off. */
  arrive(name: string, file: FileUpload, stream: Readable): void {
    const upload = this.#uploads.get(name)
    if (!upload || upload.file || this.#held.has(upload)) {
      stream.resume()
      return
    }
    this.#held.set(upload, { file, stream })
    if (upload.isWanted) this.#hand(upload)
    else this.#dropBlocking()
  }

  /** What has not come will not come. */
  end(error: Error): void {
    for (const upload of this.#uploads.values()) {
      if (!upload.file && !this.#held.has(upload)) upload.reject(error)
    }
  }

  #hand(upload: PartUpload): void {
    const held = this.#held.get(upload)
    this.#held.delete(upload)
    if (held) {
      this.#awaited.delete(upload)
      upload.resolve(held.file)
      return
    }
    this.#awaited.add(upload)
    // Whoever asks for several parts asks for all of them first.
    queueMicrotask(() => this.#dropBlocking())
  }

  #dropBlocking(): void {
    if (this.#awaited.size === 0) return
    for (const [upload, { stream }] of this.#held) {
      this.#held.delete(upload)
      upload.reject(new Error('Its part came before another that was needed first: send them in that order.'))
      stream.resume()
    }
  }
}
