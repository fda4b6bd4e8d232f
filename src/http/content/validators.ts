import type { OpenedFile } from '../../content/open-file.js'

/** Strong: the bytes never change. A gated file's is not the bare CID, which names its ciphertext (or is public). */
export function etagOf({ file, isGated }: OpenedFile): string {
  return isGated || file.isEncrypted ? `"${file.cid}.plain"` : `"${file.cid}"`
}

/** If-None-Match: a list compared weakly, or `*`. */
export function isNotModified(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  return header.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag)
}

/** If-Range: only the very ETag makes a range of these bytes; a date or any other gives the whole file. */
export function isSameBytes(header: string | string[] | undefined, etag: string): boolean {
  return header === undefined || header === etag
}
