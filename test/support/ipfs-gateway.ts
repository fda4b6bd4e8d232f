import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CID } from 'multiformats/cid'
import type { IpfsStore } from '../../src/ipfs/store.js'

/** A trustless IPFS gateway over a store: raw blocks alone, each answer counted. */
export interface TestIpfsGateway extends AsyncDisposable {
  url: string
  /** CIDs that were asked for, in order. */
  readonly asked: string[]
  /** Changes what goes out, or answers with a status. */
  lie: ((cid: string, bytes: Uint8Array) => Uint8Array | number) | null
}

export async function openIpfsGateway(store: Pick<IpfsStore, 'getBlock'>): Promise<TestIpfsGateway> {
  const gateway = { asked: [] as string[], lie: null as TestIpfsGateway['lie'] }
  const server = createServer(async (req, res) => {
    res.setHeader('access-control-allow-origin', '*')
    const [, text] = /^\/ipfs\/([a-zA-Z0-9]+)\?format=raw$/.exec(req.url ?? '') ?? []
    if (text === undefined) return res.writeHead(400).end('format=raw alone')
    gateway.asked.push(text)
    try {
      const bytes = await store.getBlock(CID.parse(text))
      const out = gateway.lie?.(text, bytes) ?? bytes
      if (typeof out === 'number') res.writeHead(out).end()
      else res.writeHead(200, { 'content-type': 'application/vnd.ipld.raw' }).end(out)
    } catch (error) {
      res.writeHead(404).end(String(error))
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return Object.assign(gateway, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  })
}
