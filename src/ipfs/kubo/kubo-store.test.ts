import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { collect, keystream } from '../../../test/support/bytes.js'
import { cborBlock } from '../../../test/support/dag.js'
import { describeKubo, startKubo, type TestKubo } from '../../../test/support/kubo.js'
import { itKeepsBlocks } from '../../../test/support/store-contract-blocks.js'
import { itKeepsFiles } from '../../../test/support/store-contract-files.js'
import type { IpfsStore } from '../store.js'
import type { KuboEndpoint } from './endpoint.js'
import { createKuboStore } from './kubo-store.js'

const MIB = 1_048_576

let kubo: TestKubo

function endpointOf({ rpcUrl, gatewayUrl }: TestKubo, changes: Partial<KuboEndpoint> = {}): KuboEndpoint {
  return { rpcUrl, gatewayUrl, socketPath: null, token: null, ...changes }
}

/** A store in front of the daemon of this file, which comes back with a daemon that was killed. */
function placeOf(name: string, changes: Partial<KuboEndpoint> = {}) {
  let store: IpfsStore
  const open = () => {
    store = createKuboStore({ endpoints: [endpointOf(kubo, changes)], timeoutMs: 5000 })
  }
  beforeAll(open)
  afterAll(() => store?.close())
  return {
    name,
    get store() {
      return store
    },
    async reopen() {
      await store.close()
      await kubo.kill()
      await kubo.start()
      open()
    },
  }
}

describeKubo('Kubo', () => {
  beforeAll(async () => {
    kubo = await startKubo()
  })
  afterAll(() => kubo.close())

  describe('read through its gateway', () => {
    const place = placeOf('gateway')
    itKeepsFiles(place)
    itKeepsBlocks(place)
  })

  describe('read over its RPC', () => itKeepsFiles(placeOf('rpc', { gatewayUrl: null })))

  describe('a store', () => {
    const place = placeOf('store')

    it('has the CIDs of profile unixfs-v1-2025, whatever the settings of the node', async () => {
      // A vector of IPIP-499; the node has Kubo's defaults, which are another layout.
      const { cid } = await place.store.importFile(keystream('chunk-v1-seed', MIB + 1))
      expect(cid.toString()).toBe('bafybeigmix7t42i6jacydtquhet7srwvgpizfg7gjbq7627d35mjomtu64')
    })

    it('pins the root by its name, cut to what Kubo takes, and nothing before', async () => {
      const film = await place.store.importFile(keystream('a film', 2 * MIB))
      const root = cborBlock({ files: [film.cid] })
      await place.store.putBlock(root.cid, root.bytes)
      expect(kubo.ipfs('pin', 'ls', '--type=recursive', '-q')).not.toContain(root.cid.toString())
      await place.store.pin(root.cid, { name: `BC1: ${'ü'.repeat(200)}` })
      const pinned = kubo.ipfs('pin', 'ls', '--type=recursive', '--names').split('\n')
      expect(pinned).toContain(`${root.cid} recursive BC1: ${'ü'.repeat(123)}`)
      kubo.ipfs('repo', 'gc', '-q')
      expect((await collect(place.store.readFile(film.cid))).length).toBe(2 * MIB)
    })
  })
})
