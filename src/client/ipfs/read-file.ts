import { CID } from 'multiformats/cid'
import { GatewayError } from '../../errors.js'
import { walkFile } from '../../ipfs/file-walker.js'
import { decodeManifest, type Manifest, type ManifestFile } from '../../protocol/manifest.js'
import type { Signer } from '../signer.js'
import { type BlockSource, createBlockSource, type IpfsOptions } from './block-source.js'
import { decryptRange } from './decrypt-range.js'
import { FileDamagedError, NoFileKeyError } from './errors.js'
import { fileKeyOf, openContentKey, openFileKey } from './file-keys.js'

/** A content read from IPFS by its manifest alone: no gateway of this project is asked. */
export interface IpfsContent {
  manifestCid: string
  manifest: Manifest
  files: readonly IpfsFile[]
}

/** A file of it. */
export interface IpfsFile {
  index: number
  name: string
  mediaType: string
  /** Of the plain bytes. */
  byteSize: number
  cid: string
  isEncrypted: boolean
  /**
   * The plain bytes, or a range of them, as they come: each block is checked against its CID, each segment of a gated
   * file against its tag, before a byte of it is given out. Reads no block that the range does not need. Throws
   * IpfsBlockError, FileDamagedError, NoFileKeyError, RangeError for a range outside the file, or the signal's reason.
   */
  read(options?: ReadOptions): AsyncGenerator<Uint8Array>
}

export interface ReadOptions {
  /** Of the plain bytes; the whole file unless given. Without `length`, to the end. */
  range?: { offset: number; length?: number }
  signal?: AbortSignal
}

/** Who opens gated files. */
export interface Reader {
  signer: Signer
  /** `ContentFile.key` by the file's index, for fans; the creator needs none. */
  keys?: readonly (string | null)[]
}

/**
 * A content by the CID of its manifest, from any IPFS gateway, in Node and in browsers (of https or localhost pages,
 * as WebCrypto asks). `reader` opens gated files: the creator by the manifest alone, a fan by keys of the gateway's.
 * Compare `manifest.creator` with who should have published it. Throws IpfsBlockError, or InvalidManifestError.
 *
 * @example
 * const content = await readContent({ gateways: ['https://ipfs.io'] }, manifestCid, { signer, keys: [file.key] })
 * for await (const chunk of content.files[0].read({ range: { offset: 0, length: 65_536 } })) player.append(chunk)
 */
export async function readContent(
  options: IpfsOptions,
  manifestCid: string,
  reader: Reader | null = null,
  { signal }: { signal?: AbortSignal } = {},
): Promise<IpfsContent> {
  const source = createBlockSource(options)
  const cid = CID.parse(manifestCid)
  const manifest = decodeManifest(await source.block(cid, signal))
  const keyOf = keyring(manifest, reader)
  return {
    manifestCid: cid.toString(),
    manifest,
    files: manifest.files.map((file, index) => ({
      index,
      name: file.name,
      mediaType: file.type,
      byteSize: file.size,
      cid: file.cid.toString(),
      isEncrypted: manifest.enc !== null,
      read: (read = {}) => told(readFile(source, manifest, file, () => keyOf(index), read)),
    })),
  }
}

/** What the rooms below call damaged, in the client's words. */
async function* told(bytes: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes
  } catch (error) {
    throw error instanceof GatewayError ? new FileDamagedError(error.message, error) : error
  }
}

async function* readFile(
  source: BlockSource,
  manifest: Manifest,
  file: ManifestFile,
  keyOf: () => Promise<Uint8Array>,
  { range, signal }: ReadOptions,
): AsyncGenerator<Uint8Array> {
  const offset = range?.offset ?? 0
  const length = range?.length ?? Math.max(0, file.size - offset)
  if (!(offset >= 0 && length >= 0 && offset + length <= file.size)) {
    throw new RangeError(`${file.name} has ${file.size} bytes.`)
  }
  if (manifest.enc === null) {
    const stored = await stretch(source, file.cid, signal)
    if (stored.size !== file.size)
      throw new FileDamagedError(`${file.name} is not as long as its manifest says.`)
    yield* stored.read(offset, length)
    return
  }
  const id = manifest.files.find((each) => each === file)?.id as Uint8Array
  const [key, stored] = [await keyOf(), await stretch(source, file.cid, signal)]
  const associatedData = Uint8Array.from([...manifest.creator, ...id])
  const read = (from: number, bytes: number) => stored.read(from, bytes)
  yield* decryptRange({ key, associatedData, plainSize: file.size, read }, offset, length)
}

/** The stored bytes of a file, by range. */
async function stretch(source: BlockSource, cid: CID, signal: AbortSignal | undefined) {
  const leaf = async (of: CID, from: number, to: number) => {
    const block = await source.block(of, signal)
    return { bytes: block.subarray(from, to), blockSize: block.length }
  }
  const size =
    cid.code === RAW ? (await source.block(cid, signal)).length : (await source.node(cid, signal)).size
  const from = { node: (node: CID) => source.node(node, signal), leaf }
  return {
    size,
    read: (offset: number, length: number) =>
      walkFile(from, { cid, start: 0, size }, offset, Math.min(size, offset + length), signal),
  }
}

const RAW = 0x55

/** Each key is opened once, when it is first needed. */
function keyring(manifest: Manifest, reader: Reader | null): (index: number) => Promise<Uint8Array> {
  const known = new Map<number, Promise<Uint8Array>>()
  let contentKey: Promise<Uint8Array> | undefined
  const open = async (index: number): Promise<Uint8Array> => {
    if (manifest.enc === null || !reader)
      throw new NoFileKeyError('This file is encrypted: say who reads it.')
    const file = manifest.files[index]
    if (!file) throw new RangeError(`There is no file ${index}.`)
    const wrapped = reader.keys?.[index]
    if (wrapped) return openFileKey(reader.signer, hexBytes(wrapped), manifest, file)
    contentKey ??= openContentKey(reader.signer, manifest)
    return fileKeyOf(await contentKey, file)
  }
  return (index) => {
    const key = known.get(index) ?? open(index)
    known.set(index, key)
    return key
  }
}

function hexBytes(hex: string): Uint8Array {
  if (!/^([0-9a-fA-F]{2})*$/.test(hex)) throw new NoFileKeyError('A wrapped key is hex.')
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}
