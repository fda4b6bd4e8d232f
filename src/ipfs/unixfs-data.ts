import { InvalidDagError } from './errors.js'
import { NAME_HASH_CODE } from './name-hash.js'

/** `Data` of a dag-pb node: the UnixFS message (specs.ipfs.tech/unixfs), as far as files need it. */
export interface UnixfsData {
  type: number
  data: Uint8Array
  /** As stated; undefined where the message leaves it out. */
  fileSize: number | undefined
  blockSizes: number[]
}

export const UNIXFS_RAW = 0
export const UNIXFS_FILE = 2
const UNIXFS_DIRECTORY = 1
const UNIXFS_SHARD = 5

/**
 * Decodes it strictly. Own code, because ipfs-unixfs does not give out the stated file size, which has to be compared
 * with the sum of the parts. Throws InvalidDagError, also for a size beyond 2^53 (a negative one reads as such).
 */
export function decodeUnixfs(bytes: Uint8Array): UnixfsData {
  const reader = new ProtobufReader(bytes)
  const message: Partial<UnixfsData> = {}
  const blockSizes: number[] = []
  while (!reader.isAtEnd) {
    const tag = reader.varint()
    if (tag === 0x08) message.type = reader.varint()
    else if (tag === 0x12) message.data = reader.bytes()
    else if (tag === 0x18) message.fileSize = reader.varint()
    else if (tag === 0x20) blockSizes.push(reader.varint())
    else reader.skip(tag & 7)
  }
  const { type, data = new Uint8Array(0), fileSize } = message
  if (type === undefined) throw new InvalidDagError('A UnixFS node has no type.')
  return { type, data, fileSize, blockSizes }
}

/** `Data` of a node that only links the parts of a file, as Kubo writes it. `blockSizes`: bytes of file below each link. */
export function encodeUnixfsFile(blockSizes: readonly number[]): Uint8Array {
  const fileSize = blockSizes.reduce((sum, size) => sum + size, 0)
  const bytes = [0x08, UNIXFS_FILE, 0x18, ...varint(fileSize)]
  for (const size of blockSizes) bytes.push(0x20, ...varint(size))
  return Uint8Array.from(bytes)
}

/** `Data` of a directory that is one node. */
export function encodeUnixfsDirectory(): Uint8Array {
  return Uint8Array.of(0x08, UNIXFS_DIRECTORY)
}

/** `Data` of a node of a HAMT directory: which of its slots are filled. */
export function encodeUnixfsShard(slots: Iterable<number>, width: number): Uint8Array {
  const bits = new Uint8Array(width / 8)
  for (const slot of slots) {
    const at = bits.length - 1 - (slot >> 3)
    bits[at] = (bits[at] as number) | (1 << (slot & 7))
  }
  // A number, most significant byte first, without zeros in front.
  const field = bits.subarray(bits.findIndex((byte) => byte !== 0))
  const head = [0x08, UNIXFS_SHARD, 0x12, ...varint(field.length), ...field]
  return Uint8Array.from([...head, 0x28, ...varint(NAME_HASH_CODE), 0x30, ...varint(width)])
}

function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80)
  bytes.push(rest)
  return bytes
}

class ProtobufReader {
  #at = 0

  constructor(readonly source: Uint8Array) {}

  get isAtEnd(): boolean {
    return this.#at === this.source.length
  }

  varint(): number {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.source[this.#at++]
      if (byte === undefined) throw new InvalidDagError('A UnixFS node ends early.')
      value += (byte & 0x7f) * scale
      if (value > Number.MAX_SAFE_INTEGER)
        throw new InvalidDagError('A UnixFS node states a size beyond 2^53.')
      if (byte < 0x80) return value
      if (scale > 2 ** 56) throw new InvalidDagError('A number of a UnixFS node does not end.')
    }
  }

  bytes(): Uint8Array {
    return this.#advance(this.varint())
  }

  skip(wireType: number): void {
    if (wireType === 0) this.varint()
    else if (wireType === 1) this.#advance(8)
    else if (wireType === 2) this.bytes()
    else if (wireType === 5) this.#advance(4)
    else throw new InvalidDagError('A UnixFS node is no protobuf message.')
  }

  #advance(length: number): Uint8Array {
    const start = this.#at
    this.#at += length
    if (this.#at > this.source.length) throw new InvalidDagError('A UnixFS node ends early.')
    return this.source.subarray(start, this.#at)
  }
}
