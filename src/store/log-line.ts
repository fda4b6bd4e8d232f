import { crc32 } from 'node:zlib'

const LINE_FEED = '\n'
const HEADER = /^([0-9a-f]{8}) (\d{1,10}) /
const MAX_HEADER_BYTES = 20

/** Bytes that a line has beside its JSON, at most. */
export const LINE_OVERHEAD = MAX_HEADER_BYTES + LINE_FEED.length

/**
 * A record as one line: the CRC-32 (as in zlib) of the JSON's UTF-8 bytes in eight lower-case hex digits, their
 * number, the JSON, a line feed. JSON text never holds a bare line feed, so one always ends a record; the number
 * tells a record that was cut short from one whose line feed is damaged.
 * Throws TypeError for what has no JSON (undefined, a function, bigint, a cycle), RangeError for JSON of more
 * than `maxRecordBytes`.
 */
export function encodeLine(value: unknown, maxRecordBytes: number): Buffer {
  const text: string | undefined = JSON.stringify(value)
  if (text === undefined) throw new TypeError('This value has no JSON, so it cannot be a log record.')
  const json = Buffer.from(text)
  if (json.length > maxRecordBytes) {
    throw new RangeError(`A log record of ${json.length} bytes is over the limit of ${maxRecordBytes}.`)
  }
  return Buffer.concat([Buffer.from(`${checksum(json)} ${json.length} `), json, Buffer.from(LINE_FEED)])
}

/** Reads a line without its line feed: its record, or how it fails to be one. */
export function decodeLine(line: Buffer): { value: unknown } | { fault: 'broken' | 'too long' } {
  const header = HEADER.exec(line.toString('latin1', 0, MAX_HEADER_BYTES))
  if (header === null) return { fault: 'broken' }
  const json = line.subarray(header[0].length)
  // One byte more is the line feed itself, damaged; more than that is another record.
  if (json.length > Number(header[2]) + LINE_FEED.length) return { fault: 'too long' }
  if (json.length !== Number(header[2]) || header[1] !== checksum(json)) return { fault: 'broken' }
  try {
    return { value: JSON.parse(json.toString()) }
  } catch {
    return { fault: 'broken' }
  }
}

function checksum(bytes: Buffer): string {
  return crc32(bytes).toString(16).padStart(8, '0')
}
