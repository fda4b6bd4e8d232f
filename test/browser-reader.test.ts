import { createHash } from 'node:crypto'
import { build, type Rollup } from 'vite'
import { beforeAll, describe, expect, it } from 'vitest'
import { keystreamBytes } from './support/bytes.js'
import { describeChromium, openPlayer } from './support/chromium.js'
import { ciOnly } from './support/ci-only.js'
import { openIpfsGateway } from './support/ipfs-gateway.js'
import { upload } from './support/library.js'
import { Market } from './support/market.js'

const FILM = keystreamBytes('for a browser', 1_048_576 + 200_000)
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** The client as one script for a page, by the name `dig`. */
async function bundle(): Promise<string> {
  const outputs = (await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: false,
      lib: { entry: 'src/client/index.ts', formats: ['iife'], name: 'dig' },
    },
  })) as Rollup.RollupOutput[]
  return outputs[0]?.output[0].code ?? ''
}

describe('the client in a browser', () => {
  let script: string
  beforeAll(async () => {
    script = await bundle()
  })

  it('is one script without a module of Node', () => {
    expect(script.includes('readContent')).toBe(true)
    // What src/client/browser.test.ts says of our own files, of the packages, too.
    expect(/["']node:|__vite-browser-external/.exec(script)).toBeNull()
  })

  describeChromium('Chromium', () => {
    ciOnly(
      'reads a gated file with the fan’s own key, in whole and by range',
      'starts a browser',
      async () => {
        await using market = await Market.open()
        await using ipfs = await openIpfsGateway({
          getBlock: (cid) => market.world.gateway.app.ipfs.getBlock(cid),
        })
        const { world } = market
        const creator = await market.person('a creator')
        const fan = await market.person('a fan')
        await market.plan(creator, 'gold')
        await market.pay(fan, creator, 'gold')
        const given = { policy: 'PLAN:gold', files: [{ name: 'film.mp4', bytes: FILM, type: 'video/mp4' }] }
        const post = await market.execute(await upload(world, await world.signIn(creator), given), creator)
        const { content } = await world.ask(
          'query ($postHash: TransactionId!) { content(postHash: $postHash) { manifestCid files { key } } }',
          { postHash: post.id },
          await world.signIn(fan),
        )

        await using player = await openPlayer()
        await player.page.addScriptTag({ content: script })
        const read = await player.page.evaluate(
          async ({ gateway, manifestCid, key, seed }) => {
            const { readContent, seedSigner } = (
              globalThis as unknown as { dig: typeof import('../src/client/index.js') }
            ).dig
            const reader = { signer: seedSigner(seed), keys: [key] }
            const { files } = await readContent({ gateways: [gateway] }, manifestCid, reader)
            const digest = async (range?: { offset: number; length: number }) => {
              const chunks: Uint8Array<ArrayBuffer>[] = []
              for await (const chunk of files[0]?.read(range ? { range } : {}) ?? [])
                chunks.push(chunk as Uint8Array<ArrayBuffer>)
              const hash = await crypto.subtle.digest('SHA-256', await new Blob(chunks).arrayBuffer())
              return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('')
            }
            return [await digest(), await digest({ offset: 1_000_000, length: 100_000 })]
          },
          {
            gateway: ipfs.url,
            manifestCid: content.manifestCid,
            key: content.files[0].key,
            seed: Buffer.from(fan.privateKey).toString('hex'),
          },
        )
        expect(read).toEqual([sha256(FILM), sha256(FILM.subarray(1_000_000, 1_100_000))])
      },
    )
  })
})
