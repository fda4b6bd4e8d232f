import { DataStore, ERRORS, Upload } from '@tus/server'
import { beginUpload } from '../../content/uploads/begin-upload.js'
import { ChecksumMismatchError } from '../../content/uploads/checked-part.js'
import type { UploadRecord } from '../../content/uploads/upload-record.js'
import { HttpError } from '../http-error.js'
import type { UploadCall } from './upload-call.js'

/** @tus/server's store, for one request: it knows the call's upload alone, and none of another account. */
export class TusStore extends DataStore {
  override extensions = ['creation', 'creation-with-upload', 'expiration', 'checksum', 'termination']

  /** `call` null: OPTIONS, which needs none. */
  constructor(private readonly call: UploadCall | null) {
    super()
  }

  override async create(upload: Upload): Promise<Upload> {
    const { ctx, id, link } = this.#call()
    await beginUpload(ctx, { id, size: upload.size ?? 0, metadata: upload.metadata ?? {}, link })
    return upload
  }

  override async getUpload(id: string): Promise<Upload> {
    const { size, offset, metadata } = this.#record()
    const isDescribed = Object.keys(metadata).length > 0
    return new Upload({ id, size, offset, ...(isDescribed && { metadata: { ...metadata } }) })
  }

  /** What @tus/server hands on is empty: the bytes come from the connection, past its web streams. */
  override async write(stream: AsyncIterable<Uint8Array>): Promise<number> {
    for await (const _ of stream);
    const { ctx, id, checksum, body } = this.#call()
    const { size, offset } = this.#record()
    try {
      return await ctx.app.uploads.append(id, body(size - offset), checksum)
    } catch (error) {
      if (!(error instanceof ChecksumMismatchError)) throw error
      throw new HttpError(460, 'BAD_REQUEST', error.message)
    }
  }

  override async remove(id: string): Promise<void> {
    const { uploads } = this.#call().ctx.app
    this.#record()
    if (uploads.holds.isHeld(id)) throw new HttpError(423, 'BAD_REQUEST', 'This upload is being published.')
    await uploads.remove(id)
  }

  #call(): UploadCall {
    if (!this.call) throw ERRORS.FILE_NOT_FOUND
    return this.call
  }

  #record(): UploadRecord {
    const { ctx, id } = this.#call()
    const record = ctx.app.uploads.get(id)
    if (!record || record.owner !== ctx.viewer) throw ERRORS.FILE_NOT_FOUND
    if (record.expiresAt <= ctx.app.clock.now()) throw ERRORS.FILE_NO_LONGER_EXISTS
    return record
  }
}
