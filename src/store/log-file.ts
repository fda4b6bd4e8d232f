import { type FileHandle, open } from 'node:fs/promises'
import { writeFully } from './file-system.js'
import { encodeLine } from './log-line.js'

const CHUNK_BYTES = 1 << 20

/**
 * Writes a whole log file (mode 0600) and syncs it. The handle stays open for reading and appending; the name is
 * not durable before the caller has synced the directory.
 */
export async function writeLogFile(
  path: string,
  values: Iterable<unknown>,
  maxRecordBytes: number,
): Promise<{ handle: FileHandle; size: number }> {
  const handle = await open(path, 'w+', 0o600)
  try {
    let size = 0
    for (const chunk of inChunks(values, maxRecordBytes)) {
      await writeFully(handle, chunk, size)
      size += chunk.length
    }
    await handle.sync()
    return { handle, size }
  } catch (error) {
    await handle.close()
    throw error
  }
}

function* inChunks(values: Iterable<unknown>, maxRecordBytes: number): Iterable<Buffer> {
  let lines: Buffer[] = []
  let bytes = 0
  for (const value of values) {
    const line = encodeLine(value, maxRecordBytes)
    lines.push(line)
    bytes += line.length
    if (bytes < CHUNK_BYTES) continue
    yield Buffer.concat(lines, bytes)
    lines = []
    bytes = 0
  }
  if (bytes > 0) yield Buffer.concat(lines, bytes)
}
