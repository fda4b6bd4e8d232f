import { createHash } from 'node:crypto'
import { createKuboRPCClient, type KuboRPCClient } from 'kubo-rpc-client'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { StorageUnavailableError } from '../../errors.js'
import { DAG_CBOR, DAG_PB, RAW } from '../block.js'
import { decodeFileNode } from '../file-node.js'
import type { Block, StoreOptions } from '../store.js'
import { carOf } from './car-stream.js'
import { authorizationOf, type KuboEndpoint } from './endpoint.js'
import { isNotPinned, KuboRefusal } from './faults.js'
import { KuboReader } from './kubo-reader.js'
import { openSocketUrl } from './socket-fetch.js'
import { readAll, Transport } from './transport.js'
import { uploadStream } from './upload.js'

const SHA2_256 = 0x12
const CODEC_NAMES: Readonly<Record<number, string>> = {
  [RAW]: 'raw',
  [DAG_PB]: 'dag-pb',
  [DAG_CBOR]: 'dag-cbor',
}
const MIB = 1_048_576
/** Each is given, whatever a node's settings say: the CIDs are those of profile unixfs-v1-2025 (IPIP-499). */
const ADD_OPTIONS = new URLSearchParams({
  'cid-version': '1',
  'raw-leaves': 'true',
  hash: 'sha2-256',
  chunker: 'size-1048576',
  'max-file-links': '1024',
  trickle: 'false',
  inline: 'false',
  pin: 'false',
  // Otherwise it answers before the end, and tells of a full disk in a trailer alone.
  progress: 'false',
  'stream-channels': 'true',
})
/** Kubo's default of Datastore.StorageMax: without --enable-gc it limits nothing, so nobody means it. */
const DEFAULT_STORAGE_MAX = 10_000_000_000n
/** Kubo's limit of a pin's name. */
const MAX_NAME_BYTES = 255

/**
 * One Kubo node: small calls by kubo-rpc-client, bytes by undici. Its errors are raw; `storageFault` makes them the
 * room's.
 */
export class KuboNode {
  readonly #rpc: Transport
  readonly reader: KuboReader
  readonly #client: KuboRPCClient
  readonly #closeSocket: () => Promise<void>

  constructor(
    { rpcUrl, socketPath, token, gatewayUrl }: KuboEndpoint,
    readonly idleMs: number,
  ) {
    const socket = socketPath === null ? undefined : openSocketUrl(socketPath)
    const url = `${socket?.url ?? rpcUrl}/api/v0`
    const headers = authorizationOf(token)
    this.#closeSocket = async () => socket?.close()
    this.#client = createKuboRPCClient({ url, headers })
    this.#rpc = new Transport({ baseUrl: url, headers, idleMs, socketPath: socketPath ?? undefined })
    this.reader = new KuboReader(this.#rpc, gatewayUrl, idleMs)
  }

  async version(options: StoreOptions): Promise<string> {
    return (await this.#client.version(this.#limits(options))).version
  }

  /** Bytes used, and how many there may be; null: no limit was set. */
  async room(options: StoreOptions): Promise<{ used: bigint; max: bigint | null }> {
    const { repoSize, storageMax } = await this.#client.repo.stat({
      ...this.#limits(options),
      sizeOnly: true,
    } as object)
    return { used: repoSize, max: storageMax === DEFAULT_STORAGE_MAX ? null : storageMax }
  }

  /** Stores a stream as a file, unpinned, and makes sure that all of it arrived. */
  async add(
    source: AsyncIterable<Uint8Array>,
    { signal }: StoreOptions,
  ): Promise<{ cid: CID; size: number }> {
    let size = 0
    const hash = createHash('sha256')
    async function* counted() {
      for await (const chunk of source) {
        if (size <= MIB) hash.update(chunk)
        size += chunk.length
        yield chunk
      }
    }
    const answer = await uploadStream(this.#rpc, `/add?${ADD_OPTIONS}`, counted(), {
      idleMs: this.idleMs,
      signal,
    })
    const { Hash } = lastLine(answer)
    const cid = CID.parse(String(Hash))
    const isWhole =
      size > MIB ? await this.#isFileOf(cid, size, { signal }) : cid.equals(rawCid(hash.digest()))
    if (!isWhole) throw new StorageUnavailableError('The Kubo node stored something else than it was sent.')
    return { cid, size }
  }

  /** One block that the caller has verified, whatever its bytes mean. */
  async putBlock({ cid, bytes }: Block, { signal }: StoreOptions): Promise<void> {
    const query = new URLSearchParams({
      'cid-codec': CODEC_NAMES[cid.code] as string,
      mhtype: 'sha2-256',
      pin: 'false',
    })
    const body = async function* () {
      yield bytes
    }
    const answer = await uploadStream(this.#rpc, `/block/put?${query}`, body(), {
      idleMs: this.idleMs,
      signal,
    })
    const { Key } = lastLine(answer)
    if (!CID.parse(String(Key)).equals(cid.toV1())) {
      throw new StorageUnavailableError('The Kubo node stored something else than it was sent.')
    }
  }

  /** Blocks that the caller has verified; each must be what its codec says, or Kubo refuses it. */
  async importBlocks(blocks: AsyncIterable<Block>, { signal }: StoreOptions): Promise<void> {
    let count = 0
    async function* counted() {
      for await (const block of blocks) {
        count += 1
        yield block
      }
    }
    const path = '/dag/import?pin-roots=false&stats=true&silent=false'
    const answer = await uploadStream(this.#rpc, path, carOf(counted()), { idleMs: this.idleMs, signal })
    const { Stats } = lastLine(answer) as { Stats?: { BlockCount?: number } }
    if (Stats?.BlockCount !== count)
      throw new StorageUnavailableError('The Kubo node did not take all blocks.')
  }

  /** Of a block. `isLocal`: without looking for it on the network. */
  async blockSize(cid: CID, options: StoreOptions, isLocal = false): Promise<number> {
    const search = { ...this.#limits(options), ...(isLocal && { offline: true }) }
    return (await this.#client.block.stat(cid, search)).size
  }

  /**
   * Pins recursively; `name` is cut to what Kubo takes. It walks all blocks, and says all the time that it lives.
   * `isLocal`: without looking for blocks on the network.
   */
  async pin(
    root: CID,
    name: string,
    { signal, isLocal = false }: StoreOptions & { isLocal?: boolean },
  ): Promise<void> {
    const query = new URLSearchParams({
      arg: `${root.toV1()}`,
      recursive: 'true',
      progress: 'true',
      name: shortName(name),
      ...(isLocal && { offline: 'true' }),
    })
    const answer = await this.#rpc.ask({ method: 'POST', path: `/pin/add?${query}`, signal })
    const { Pins } = lastLine(await readAll(answer)) as { Pins?: string[] }
    if (!Pins?.some((pin) => CID.parse(pin).equals(root.toV1()))) throw new KuboRefusal(200, 'no pin was set')
  }

  async unpin(root: CID, options: StoreOptions): Promise<void> {
    try {
      await this.#client.pin.rm(root.toV1(), this.#limits(options))
    } catch (error) {
      if (!isNotPinned(error)) throw error
    }
  }

  async isPinned(root: CID, options: StoreOptions): Promise<boolean> {
    try {
      for await (const pin of this.#client.pin.ls({
        paths: [root.toV1()],
        type: 'recursive',
        ...this.#limits(options),
      })) {
        if (pin.cid.equals(root.toV1())) return true
      }
      return false
    } catch (error) {
      if (isNotPinned(error)) return false
      throw error
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#rpc.close(), this.reader.close(), this.#closeSocket()])
  }

  async #isFileOf(cid: CID, size: number, options: StoreOptions): Promise<boolean> {
    return cid.code === DAG_PB && decodeFileNode(cid, await this.reader.block(cid, options)).size === size
  }

  /** kubo-rpc-client's own `timeout` does nothing (7.1.0). */
  #limits({ signal }: StoreOptions): { signal: AbortSignal } {
    const deadline = AbortSignal.timeout(this.idleMs)
    return { signal: signal ? AbortSignal.any([signal, deadline]) : deadline }
  }
}

/** The last of the JSON values that an answer has, one a line. */
function lastLine(answer: Buffer): Record<string, unknown> {
  try {
    return JSON.parse(answer.toString('utf8').trim().split('\n').at(-1) ?? '') as Record<string, unknown>
  } catch (cause) {
    throw new StorageUnavailableError('The Kubo node gave a broken answer.', cause)
  }
}

function rawCid(digest: Uint8Array): CID {
  return CID.createV1(RAW, createDigest(SHA2_256, Uint8Array.from(digest)))
}

function shortName(name: string): string {
  const bytes = new TextEncoder().encode(name)
  if (bytes.length <= MAX_NAME_BYTES) return name
  return new TextDecoder().decode(bytes.subarray(0, MAX_NAME_BYTES - 3)).replace(/\uFFFD+$/, '')
}
