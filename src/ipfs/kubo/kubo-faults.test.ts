import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decode } from '@ipld/dag-pb'
import type { CID } from 'multiformats/cid'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { chunksOf, collect, keystream, keystreamBytes } from '../../../test/support/bytes.js'
import { cborBlock, rawBlock } from '../../../test/support/dag.js'
import { describeKubo, startKubo, type TestKubo } from '../../../test/support/kubo.js'
import { describeSmallDisk, mountSmallDisk } from '../../../test/support/small-disk.js'
import { StorageFullError, StorageUnavailableError } from '../../errors.js'
import { blockKey } from '../block.js'
import { NotFoundInStoreError } from '../errors.js'
import type { IpfsStore } from '../store.js'
import type { KuboEndpoint } from './endpoint.js'
import { createKuboStore } from './kubo-store.js'

const MIB = 1_048_576
const IDLE_MS = 500
/** More than sockets hold: a peer that stops reading is felt. */
const LARGE = 32 * MIB

function endpointOf({ rpcUrl, gatewayUrl }: TestKubo, changes: Partial<KuboEndpoint> = {}): KuboEndpoint {
  return { rpcUrl, gatewayUrl, socketPath: null, token: null, ...changes }
}

function storeOf(...endpoints: KuboEndpoint[]): IpfsStore {
  return createKuboStore({ endpoints, timeoutMs: IDLE_MS, verifiesAll: true })
}

/** A long source that does something in its middle; `isOver` tells that it was let go. */
function sourceThat(act: () => unknown) {
  const state = { isOver: false, taken: 0 }
  async function* bytes() {
    try {
      for await (const chunk of keystream('long', LARGE)) {
        if (state.taken === 8 * MIB) await act()
        state.taken += chunk.length
        yield chunk
      }
    } finally {
      state.isOver = true
    }
  }
  return { bytes: bytes(), state }
}

/** What came before the error, and the error. */
async function readUntilFault(source: AsyncIterable<Uint8Array>, act?: () => unknown) {
  const chunks: Uint8Array[] = []
  try {
    for await (const chunk of source) {
      if (chunks.length === 0) await act?.()
      chunks.push(chunk)
    }
  } catch (error) {
    return { bytes: Buffer.concat(chunks), error }
  }
  throw new Error(`ended as if whole, after ${Buffer.concat(chunks).length} bytes`)
}

function describeFaults(name: string, tests: () => void): void {
  describeKubo(name, tests, { isLong: true })
}

function blockFile(kubo: TestKubo, cid: CID): string {
  const name = blockKey(cid).toUpperCase()
  return join(kubo.dir, 'blocks', name.slice(-3, -1), `${name}.data`)
}

describeFaults('a Kubo node', () => {
  let kubo: TestKubo
  let store: IpfsStore
  let overRpc: IpfsStore
  beforeAll(async () => {
    kubo = await startKubo({ config: { 'Datastore.HashOnRead': false } })
    store = storeOf(endpointOf(kubo))
    overRpc = storeOf(endpointOf(kubo, { gatewayUrl: null }))
  })
  afterAll(async () => {
    await store?.close()
    await overRpc?.close()
    await kubo?.close()
  })

  describe('that goes away', () => {
    let large: CID
    beforeAll(async () => {
      large = (await store.importFile(keystream('large', LARGE))).cid
    })

    it('in the middle of an upload fails it, pins nothing, and takes the next one when it is back', async () => {
      const { bytes, state } = sourceThat(() => kubo.kill())
      await expect(store.importFile(bytes)).rejects.toThrow(StorageUnavailableError)
      await expect.poll(() => state.isOver).toBe(true)
      expect(state.taken).toBeLessThan(LARGE)
      await expect(store.importFile(chunksOf(Buffer.from('nobody is there')))).rejects.toThrow(
        StorageUnavailableError,
      )
      expect(await store.isHealthy()).toBe(false)
      await kubo.start()
      expect(await store.isHealthy()).toBe(true)
      expect((await store.importFile(chunksOf(Buffer.from('back again')))).size).toBe(10)
    })

    it('in the middle of a download fails it, with what came right and short', async () => {
      for (const reader of [store, overRpc]) {
        const { bytes, error } = await readUntilFault(reader.readFile(large), () => kubo.kill())
        expect(error).toBeInstanceOf(StorageUnavailableError)
        expect(bytes.length).toBeLessThan(LARGE)
        expect(bytes.equals(keystreamBytes('large', bytes.length))).toBe(true)
        await kubo.start()
      }
    })

    it('standing still is given up, in uploads, downloads and small calls', async () => {
      const { bytes, state } = sourceThat(() => kubo.stop())
      await expect(store.importFile(bytes)).rejects.toThrow(StorageUnavailableError)
      await expect.poll(() => state.isOver).toBe(true)
      await Promise.all(
        [store.isPinned(large), store.getBlock(large), store.pin(large), collect(store.readFile(large))].map(
          (call) => expect(call).rejects.toThrow(StorageUnavailableError),
        ),
      )
      kubo.cont()
      for (const reader of [store, overRpc]) {
        const { bytes: read, error } = await readUntilFault(reader.readFile(large), () => kubo.stop())
        expect(error).toBeInstanceOf(StorageUnavailableError)
        expect(read.equals(keystreamBytes('large', read.length))).toBe(true)
        kubo.cont()
      }
    })

    it('is waited for by a reader that pauses longer than it may stand still', async () => {
      let size = 0
      for await (const chunk of store.readFile(large, { length: 8 * MIB })) {
        if (size === 0) await new Promise((resolve) => setTimeout(resolve, 2 * IDLE_MS))
        size += chunk.length
      }
      expect(size).toBe(8 * MIB)
    })
  })

  describe('that lacks a block of a file', () => {
    const SIZE = 10 * MIB
    let root: CID
    let leaves: CID[]
    beforeEach(async () => {
      root = (await store.importFile(keystream('holed', SIZE))).cid
      leaves = decode(await store.getBlock(root)).Links.map(({ Hash }) => Hash)
    })

    it('breaks its answer off, by whatever way', async () => {
      await rm(blockFile(kubo, leaves[5] as CID))
      for (const reader of [store, overRpc]) {
        for (const verify of [false, true]) {
          const { bytes, error } = await readUntilFault(reader.readFile(root, {}, { verify }))
          expect(error).toBeInstanceOf(StorageUnavailableError)
          expect(bytes.length).toBeLessThanOrEqual(5 * MIB)
          expect(bytes.equals(keystreamBytes('holed', bytes.length))).toBe(true)
        }
        const short = { offset: 5 * MIB + 7, length: 100 }
        await expect(collect(reader.readFile(root, short))).rejects.toThrow(
          new NotFoundInStoreError(leaves[5] as CID),
        )
        const whole = await collect(reader.readFile(root, { offset: 6 * MIB }))
        expect(whole.equals(keystreamBytes('holed', SIZE).subarray(6 * MIB))).toBe(true)
      }
    })

    it('does not pin it', async () => {
      const manifest = cborBlock({ files: [root] })
      await store.putBlock(manifest.cid, manifest.bytes)
      await rm(blockFile(kubo, leaves[3] as CID))
      await expect(store.pin(manifest.cid)).rejects.toThrow(NotFoundInStoreError)
      expect(await store.isPinned(manifest.cid)).toBe(false)
    })

    it('or has it damaged gives no byte of it where that is to be verified', async () => {
      await writeFile(blockFile(kubo, leaves[2] as CID), keystreamBytes('other', MIB))
      for (const reader of [store, overRpc]) {
        const { bytes, error } = await readUntilFault(reader.readFile(root, {}, { verify: true }))
        expect(error).toBeInstanceOf(StorageUnavailableError)
        expect(bytes.equals(keystreamBytes('holed', 2 * MIB))).toBe(true)
      }
    })
  })

  describe('while it works', () => {
    it('is sent no more once the source fails, with the source’s own error', async () => {
      const failure = new Error('the cipher failed')
      const { bytes, state } = sourceThat(() => {
        throw failure
      })
      await expect(store.importFile(bytes)).rejects.toBe(failure)
      await expect.poll(() => state.isOver).toBe(true)
      expect(await store.isHealthy()).toBe(true)
    })

    it('is sent no more once the signal aborts, with its reason, even while the source hangs', async () => {
      const reason = new Error('the client left')
      const abort = new AbortController()
      const { bytes } = sourceThat(() => {
        abort.abort(reason)
        return new Promise(() => {})
      })
      await expect(store.importFile(bytes, { signal: abort.signal })).rejects.toBe(reason)
    })

    it('is not read on once the reader stops or aborts', async () => {
      const { cid } = await store.importFile(keystream('read in part', LARGE))
      for await (const chunk of store.readFile(cid)) {
        expect(chunk.length).toBeGreaterThan(0)
        break
      }
      const reason = new Error('the client left')
      const abort = new AbortController()
      const { error } = await readUntilFault(store.readFile(cid, {}, { signal: abort.signal }), () =>
        abort.abort(reason),
      )
      expect(error).toBe(reason)
    })
  })
})

describeFaults('a Kubo node that is full', () => {
  it('by its own Datastore.StorageMax takes no byte', async () => {
    await using kubo = await startKubo({ config: { 'Datastore.StorageMax': '2MB' } })
    const store = storeOf(endpointOf(kubo))
    await store.importFile(keystream('fills it', 3 * MIB))
    await store.close()
    const later = storeOf(endpointOf(kubo))
    const { bytes, state } = sourceThat(() => {})
    await expect(later.importFile(bytes)).rejects.toThrow(StorageFullError)
    expect(state.taken).toBe(0)
    const { cid, bytes: block } = rawBlock(Buffer.from('one block'))
    await expect(later.putBlock(cid, block)).rejects.toThrow(StorageFullError)
    expect(await later.isHealthy()).toBe(false)
    await later.close()
  })

  describeSmallDisk('on a disk of 40 MB', () => {
    it('says so, keeps nothing half, and goes on when there is room', async () => {
      await using disk = await mountSmallDisk(40 * MIB)
      await using kubo = await startKubo({ dir: join(disk.path, 'repo') })
      const store = storeOf(endpointOf(kubo))
      const kept = await store.importFile(keystream('kept', 2 * MIB))
      await store.pin(kept.cid)
      await expect(store.importFile(keystream('too large', 2 * LARGE))).rejects.toThrow(StorageFullError)
      expect((await collect(store.readFile(kept.cid))).equals(keystreamBytes('kept', 2 * MIB))).toBe(true)
      kubo.ipfs('repo', 'gc', '-q')
      expect((await store.importFile(keystream('fits', 8 * MIB))).size).toBe(8 * MIB)
      await store.close()
    })
  })
})

describeFaults('several Kubo nodes', () => {
  let first: TestKubo
  let second: TestKubo
  let store: IpfsStore
  beforeEach(async () => {
    ;[first, second] = await Promise.all([startKubo(), startKubo()])
    store = storeOf(endpointOf(first), endpointOf(second))
  })
  afterEach(async () => {
    await store?.close()
    await Promise.all([first?.close(), second?.close()])
  })

  it('take uploads in place of one that is gone, and each gives what it has', async () => {
    const before = await store.importFile(keystream('before', 3 * MIB))
    await store.pin(before.cid)
    await first.kill()
    const after = await store.importFile(keystream('after', 3 * MIB))
    await store.pin(after.cid)
    expect(second.ipfs('pin', 'ls', '--type=recursive', '-q')).toContain(after.cid.toString())
    await expect(collect(store.readFile(before.cid))).rejects.toThrow(StorageUnavailableError)
    await expect(store.unpin(after.cid)).rejects.toThrow(StorageUnavailableError)
    await first.start()
    await store.pin(after.cid)
    for (const { cid, name } of [
      { ...before, name: 'before' },
      { ...after, name: 'after' },
    ]) {
      expect((await collect(store.readFile(cid))).equals(keystreamBytes(name, 3 * MIB))).toBe(true)
      expect(await store.isPinned(cid)).toBe(true)
      expect(await store.has(cid)).toBe(true)
      await store.unpin(cid)
      expect(await store.isPinned(cid)).toBe(false)
    }
    await expect(store.getBlock(rawBlock(Buffer.from('nowhere')).cid)).rejects.toThrow(NotFoundInStoreError)
  })

  it('go on with a download that one of them broke off', async () => {
    const onSecond = storeOf(endpointOf(second))
    const { cid } = await onSecond.importFile(keystream('on both', LARGE))
    await onSecond.close()
    await store.importFile(keystream('on both', LARGE))
    let size = 0
    const chunks: Uint8Array[] = []
    for await (const chunk of store.readFile(cid)) {
      if (size === 0) await first.kill()
      size += chunk.length
      chunks.push(chunk)
    }
    expect(Buffer.concat(chunks).equals(keystreamBytes('on both', LARGE))).toBe(true)
  })
})

describeFaults('the RPC of a Kubo node', () => {
  it('is asked with the bearer token, which no error tells', async () => {
    await using kubo = await startKubo({
      config: {
        'API.Authorizations': { gateway: { AuthSecret: 'bearer:s3cret', AllowedPaths: ['/api/v0'] } },
      },
    })
    const known = storeOf(endpointOf(kubo, { token: 's3cret' }))
    const { cid } = await known.importFile(chunksOf(Buffer.from('secret')))
    await known.pin(cid)
    expect(await known.isPinned(cid)).toBe(true)
    expect(await known.isHealthy()).toBe(true)
    await known.close()
    const unknown = storeOf(endpointOf(kubo, { token: 'wr0ng' }))
    const error = await unknown.importFile(chunksOf(Buffer.from('secret'))).catch((each: unknown) => each)
    expect(error).toBeInstanceOf(StorageUnavailableError)
    expect(String(error)).not.toContain('wr0ng')
    expect(await unknown.isHealthy()).toBe(false)
    await unknown.close()
  })

  it('may be a unix socket, and nothing else goes through it', async () => {
    await using kubo = await startKubo({ socket: true })
    const before = globalThis.fetch
    const store = storeOf({
      rpcUrl: null,
      socketPath: join(kubo.dir, 'api.sock'),
      token: null,
      gatewayUrl: kubo.gatewayUrl,
    })
    const { cid } = await store.importFile(keystream('by socket', 3 * MIB))
    await store.pin(cid, { name: 'by socket' })
    expect(await store.isPinned(cid)).toBe(true)
    expect((await collect(store.readFile(cid))).length).toBe(3 * MIB)
    expect((await fetch(`${kubo.gatewayUrl}/ipfs/${cid}`, { method: 'HEAD' })).status).toBe(200)
    await store.close()
    expect(globalThis.fetch).toBe(before)
  })
})
