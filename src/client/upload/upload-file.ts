/** A file to upload. */
export type UploadFile = {
  /** A name, or a path in the content such as `episode-1/index.m3u8`; unique in it. */
  name: string
  /** Of the Blob unless given, else application/octet-stream. */
  mediaType?: string
} & ({ data: Blob } | StreamedData)

/** Bytes that are made or read while they are sent; outside of Node use a Blob, as browsers cannot stream a request. */
interface StreamedData {
  /** Read once. */
  data: AsyncIterable<Uint8Array>
  /** Exactly how many bytes come. */
  size: number
}

/** A file that is there already, of which nothing is sent. */
export interface FileThere {
  /** A file of the present version stays by its name alone; beside another source it is the new name. */
  name?: string
  /** A file of the present version, or a public one on IPFS. */
  cid?: string
  /** An upload that is whole, at /uploads. */
  uploadId?: string
  mediaType?: string
}

export function isSent(file: UploadFile | FileThere): file is UploadFile {
  return 'data' in file
}

export function sizeOf(file: UploadFile): number {
  return 'size' in file ? file.size : file.data.size
}

export function mediaTypeOf({ mediaType, data }: UploadFile): string {
  return mediaType ?? ((data instanceof Blob && data.type) || 'application/octet-stream')
}

/** The bytes as they come. Throws RangeError where they are not as many as was said. */
export async function* bytesOf(file: UploadFile): AsyncGenerator<Uint8Array> {
  const size = sizeOf(file)
  let sent = 0
  for await (const chunk of file.data instanceof Blob ? blobBytes(file.data) : file.data) {
    sent += chunk.length
    if (sent > size) break
    yield chunk
  }
  if (sent !== size)
    throw new RangeError(`${file.name} was to have ${size} bytes, and has ${sent > size ? 'more' : sent}`)
}

async function* blobBytes(blob: Blob): AsyncGenerator<Uint8Array> {
  const reader = blob.stream().getReader()
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value
  } finally {
    await reader.cancel().catch(() => {})
  }
}
