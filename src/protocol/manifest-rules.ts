import { CID } from 'multiformats/cid'
import { FileNames, isFileName } from './file-name.js'

const RAW = 0x55
const DAG_PB = 0x70
const IDENTITY = 0x00
const SHA2_256 = 0x12
const MAX_TYPE_BYTES = 255

type Fields = Readonly<Record<string, unknown>>

/** What keeps a value from being a manifest, as the rest of a sentence; null when nothing does. */
export function checkManifest(value: unknown): string | null {
  if (!hasKeys(value, ['v', 'creator', 'files'], ['enc', 'dir'])) return 'has missing or unknown keys'
  if (value.v !== 1) return 'is not of version 1'
  if (!isBytes(value.creator, 33)) return 'has no creator of 33 bytes'
  const isGated = value.enc !== undefined
  if (isGated && value.dir !== undefined) return 'is gated and yet has a directory'
  if (value.dir !== undefined && !isLink(value.dir, [DAG_PB])) return 'has a dir that links no directory'
  return (isGated ? checkEncryption(value.enc) : null) ?? checkFiles(value.files, isGated)
}

function checkEncryption(enc: unknown): string | null {
  if (!hasKeys(enc, ['alg', 'id', 'keys'])) return 'has an enc with missing or unknown keys'
  if (enc.alg !== 'AES256-GCM-HKDF-64KiB') return 'is encrypted by an unknown algorithm'
  if (!isBytes(enc.id, 16)) return 'has no enc id of 16 bytes'
  if (!Array.isArray(enc.keys) || enc.keys.length === 0) return 'has no wrapped keys'
  const isEntry = (entry: unknown) =>
    hasKeys(entry, ['to', 'key']) && isBytes(entry.to, 33) && isBytes(entry.key)
  return enc.keys.every(isEntry) ? null : 'has a malformed wrapped key'
}

function checkFiles(files: unknown, isGated: boolean): string | null {
  if (!Array.isArray(files) || files.length === 0) return 'has no files'
  const names = new FileNames()
  const ids = new Set<string>()
  for (const [index, file] of files.entries()) {
    const fault = checkFile(file, isGated)
    if (fault !== null) return `has a file (${index}) ${fault}`
    const clash = names.add(file.name)
    if (clash === 'twice') return 'has two files of one name'
    if (clash !== null) return `has a file (${index}) that is a folder of another, or below one`
    // Two files of one id would share key and associated data, so that one could stand for the other.
    if (isGated) ids.add(String(file.id))
  }
  return isGated && ids.size < files.length ? 'has two files of one id' : null
}

function checkFile(file: unknown, isGated: boolean): string | null {
  const keys = ['name', 'type', 'size', 'cid']
  if (!hasKeys(file, isGated ? [...keys, 'id'] : keys)) return 'with missing or unknown keys'
  if (typeof file.name !== 'string' || !isFileName(file.name)) return 'whose name is not allowed'
  if (typeof file.type !== 'string' || !isMediaType(file.type)) return 'whose type is not allowed'
  if (!Number.isSafeInteger(file.size) || (file.size as number) < 0) return 'whose size is no byte count'
  if (!isLink(file.cid, [RAW, DAG_PB])) return 'that links no UnixFS file'
  return isGated && !isBytes(file.id, 16) ? 'whose id is not 16 bytes' : null
}

/** Any printable ASCII: it must be safe in a header, and what it means is the reader's to judge. */
function isMediaType(text: string): boolean {
  return text.length <= MAX_TYPE_BYTES && /^[\x20-\x7e]*$/.test(text)
}

function isLink(value: unknown, codecs: readonly number[]): boolean {
  // Not CID.asCID: it takes a hostile map with the right keys for a CID.
  if (!(value instanceof CID) || !codecs.includes(value.code)) return false
  const { code, size } = value.multihash
  return (code === SHA2_256 && size === 32) || code === IDENTITY
}

function isBytes(value: unknown, length?: number): value is Uint8Array {
  return value instanceof Uint8Array && (length === undefined || value.length === length)
}

/** A plain map with each required key, and no key but these. */
function hasKeys(
  value: unknown,
  required: readonly string[],
  optional: readonly string[] = [],
): value is Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  if (value instanceof Uint8Array || value instanceof CID) return false
  const keys = Object.keys(value)
  return (
    required.every((key) => Object.hasOwn(value, key)) &&
    keys.every((key) => required.includes(key) || optional.includes(key))
  )
}
