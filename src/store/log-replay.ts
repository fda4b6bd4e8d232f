import type { FileHandle } from 'node:fs/promises'
import { decodeLine } from './log-line.js'

const CHUNK_BYTES = 1 << 20
const LINE_FEED = 0x0a

/** A log is damaged before its end, where no interrupted write can have done it: nothing is dropped by itself. */
export class LogCorruptError extends Error {
  override readonly name = 'LogCorruptError'

  /** `offset` in bytes from the start of the file, `line` counted from 1. */
  constructor(
    readonly path: string,
    readonly offset: number,
    readonly line: number,
  ) {
    super(
      `${path} is damaged at byte ${offset} (line ${line}), and records follow: restore the file from a ` +
        'backup, or cut it there by hand to give up all that follows.',
    )
  }
}

/**
 * Hands every record of a log to `replay`, in order and without holding the file in memory, and answers where
 * the sound part ends: the file's size, or the start of a torn last line.
 */
export async function replayLog(
  file: { handle: FileHandle; path: string; maxLineBytes: number },
  replay: (value: unknown) => void,
): Promise<{ soundBytes: number; totalBytes: number }> {
  let line = 0
  let torn: LogCorruptError | undefined
  const totalBytes = await forEachLine(
    file.handle,
    (bytes, offset, isComplete) => {
      // Only the last line can be an interrupted write; once another one follows, it is damage.
      if (torn !== undefined) throw torn
      line++
      const record = decodeLine(bytes)
      if ('value' in record && isComplete) return replay(record.value)
      torn = new LogCorruptError(file.path, offset, line)
      const isMoreThanOneRecord = 'fault' in record && record.fault === 'too long'
      if (isMoreThanOneRecord || bytes.length > file.maxLineBytes) throw torn
    },
    file.maxLineBytes,
  )
  return { soundBytes: torn?.offset ?? totalBytes, totalBytes }
}

type OnLine = (line: Buffer, offset: number, isComplete: boolean) => void

/** Calls `onLine` for each line, the last one with isComplete false if it has no line feed. Answers the size. */
async function forEachLine(handle: FileHandle, onLine: OnLine, maxLineBytes: number): Promise<number> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
  let position = 0
  let lineStart = 0
  let begun: Buffer[] = []
  for (;;) {
    const { bytesRead } = await handle.read(chunk, 0, CHUNK_BYTES, position)
    if (bytesRead === 0) break
    const bytes = chunk.subarray(0, bytesRead)
    let from = 0
    for (let at = bytes.indexOf(LINE_FEED); at !== -1; at = bytes.indexOf(LINE_FEED, from)) {
      const piece = bytes.subarray(from, at)
      onLine(begun.length === 0 ? piece : Buffer.concat([...begun, piece]), lineStart, true)
      begun = []
      from = at + 1
      lineStart = position + from
    }
    if (from < bytesRead) begun.push(Buffer.from(bytes.subarray(from)))
    position += bytesRead
    // Longer than any record: told at once, so that a file without line feeds is never gathered in memory.
    if (position - lineStart > maxLineBytes) break
  }
  if (begun.length > 0) onLine(Buffer.concat(begun), lineStart, false)
  return position
}
