export const SALT_BYTES = 32
export const PREFIX_BYTES = 7
/** Before the first segment: its own length in one byte, salt, nonce prefix. */
export const HEADER_BYTES = 1 + SALT_BYTES + PREFIX_BYTES
export const TAG_BYTES = 16

/** Plain bytes of a whole segment of 64 KiB, and of the first one, which has the header. */
export const SEGMENT_PLAIN_BYTES = 65_536 - TAG_BYTES
export const FIRST_SEGMENT_PLAIN_BYTES = SEGMENT_PLAIN_BYTES - HEADER_BYTES

/** Where the segments of one encrypted file lie. The first is shorter by the header: segment i starts at i × segmentBytes. */
export class SegmentLayout {
  readonly segments: number

  constructor(
    readonly plainSize: number,
    readonly segmentBytes: number,
  ) {
    if (!Number.isSafeInteger(plainSize) || plainSize < 0) {
      throw new RangeError('A size is a whole number of bytes.')
    }
    // An empty file is one empty segment; a full last segment is not followed by an empty one.
    this.segments = Math.ceil((plainSize + HEADER_BYTES) / plainBytesOf(segmentBytes))
  }

  get cipherSize(): number {
    return this.plainSize + HEADER_BYTES + this.segments * TAG_BYTES
  }

  /** The segment that holds a plain byte. */
  segmentOf(plainOffset: number): number {
    return Math.floor((plainOffset + HEADER_BYTES) / plainBytesOf(this.segmentBytes))
  }

  isLast(segment: number): boolean {
    return segment === this.segments - 1
  }

  /** The ciphertext [start, end) of a segment, without the header. */
  cipherStart(segment: number): number {
    return segment === 0 ? HEADER_BYTES : segment * this.segmentBytes
  }

  cipherEnd(segment: number): number {
    return Math.min((segment + 1) * this.segmentBytes, this.cipherSize)
  }

  /** The offset in the plain file of a segment's first byte. */
  plainStart(segment: number): number {
    return segment === 0 ? 0 : segment * plainBytesOf(this.segmentBytes) - HEADER_BYTES
  }

  plainEnd(segment: number): number {
    return Math.min(this.plainStart(segment + 1), this.plainSize)
  }
}

function plainBytesOf(segmentBytes: number): number {
  if (segmentBytes <= HEADER_BYTES + TAG_BYTES)
    throw new RangeError('A segment has room for more than its header.')
  return segmentBytes - TAG_BYTES
}
