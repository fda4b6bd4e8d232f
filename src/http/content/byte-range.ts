/** What a Range header asks of a file. Offsets in bytes, `end` exclusive. */
export type ByteRange =
  | { kind: 'whole' }
  | { kind: 'part'; start: number; end: number }
  | { kind: 'unsatisfiable' }

/**
 * RFC 9110 §14: one range is honoured; a malformed header and several ranges are ignored (the whole file is a right
 * answer to both); a range beyond the end, or of no bytes (`-0`), cannot be satisfied.
 */
export function parseRange(header: string | undefined, size: number): ByteRange {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/i.exec(header?.trim() ?? '') ?? []
  if (first === undefined || last === undefined || (first === '' && last === '')) return { kind: 'whole' }
  // Numbers that no file reaches round up, at worst to Infinity: they stay beyond its end.
  if (first === '') return part(Math.max(0, size - Number(last)), size)
  if (last !== '' && Number(last) < Number(first)) return { kind: 'whole' }
  return part(Number(first), last === '' ? size : Math.min(size, Number(last) + 1))
}

function part(start: number, end: number): ByteRange {
  return start < end ? { kind: 'part', start, end } : { kind: 'unsatisfiable' }
}
