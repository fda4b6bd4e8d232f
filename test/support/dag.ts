import { createHash } from 'node:crypto'
import { encode as encodeCbor } from '@ipld/dag-cbor'
import * as dagPb from '@ipld/dag-pb'
import { UnixFS, type UnixFSOptions } from 'ipfs-unixfs'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { encodeUnixfsFile } from '../../src/ipfs/unixfs-data.js'

export interface Block {
  cid: CID
  bytes: Uint8Array
}

/** A block of any codec under its sha2-256. */
export function block(code: number, bytes: Uint8Array): Block {
  const digest = Uint8Array.from(createHash('sha256').update(bytes).digest())
  return { cid: CID.createV1(code, createDigest(0x12, digest)), bytes }
}

export function rawBlock(bytes: Uint8Array): Block {
  return block(0x55, bytes)
}

export function cborBlock(value: unknown): Block {
  return block(0x71, encodeCbor(value))
}

/** A CID that holds its bytes. */
export function identityCid(code: number, bytes: Uint8Array): CID {
  return CID.createV1(code, createDigest(0x00, bytes))
}

/** A dag-pb node with any UnixFS message and links, honest or not. */
export function unixfsBlock(options: UnixFSOptions, links: readonly CID[] = []): Block {
  return pbBlock(new UnixFS(options).marshal(), links)
}

/** A file node that states these sizes for its links. */
export function fileBlock(children: readonly { cid: CID; size: number }[]): Block {
  return pbBlock(
    encodeUnixfsFile(children.map((child) => child.size)),
    children.map((child) => child.cid),
  )
}

export function pbBlock(data: Uint8Array, links: readonly CID[]): Block {
  const node = dagPb.createNode(
    data,
    links.map((Hash) => ({ Name: '', Hash, Tsize: 0 })),
  )
  return block(0x70, dagPb.encode(node))
}
