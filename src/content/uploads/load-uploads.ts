import { ciphertextSize } from '../../crypto/streaming-aead.js'
import type { UploadFiles } from './upload-files.js'
import { isWhole, type UploadRecord } from './upload-record.js'

/**
 * The uploads that are on disk. One that cannot be opened, as it is sealed under another seed or was torn while it was
 * made, is left for as long as an upload is kept, as a seed may come back: `onUnreadable` is told.
 */
export async function loadUploads(
  files: UploadFiles,
  { unreadableUntil, onUnreadable }: { unreadableUntil: number; onUnreadable(id: string): void },
): Promise<UploadRecord[]> {
  const records: UploadRecord[] = []
  for (const id of await files.list()) {
    const opened = await files.openState(id)
    await opened?.file.close()
    if (opened) records.push(await sound(files, opened.record))
    else if ((await files.changedAt(id)) < unreadableUntil) await files.remove(id)
    else onUnreadable(id)
  }
  return records
}

/** The ciphertext of a whole upload goes when it has been published, before or after its record says so. */
async function sound(files: UploadFiles, record: UploadRecord): Promise<UploadRecord> {
  if (record.isPublished || !isWhole(record)) return record
  const isThere = (await files.bytesSize(record.id)) >= ciphertextSize(record.size)
  return { ...record, isPublished: !isThere }
}
