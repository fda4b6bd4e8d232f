import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeChromium, openPlayer, type PlayerPage } from './support/chromium.js'
import { upload } from './support/library.js'
import { Market } from './support/market.js'
import { streamFiles } from './support/stream.js'
import type { Json, Person } from './support/world.js'

/** HLS and DASH as players play them: from one address, by relative links, without a header. */
let market: Market
let creator: Person
const posts: Record<string, string> = {}

beforeAll(async () => {
  market = await Market.open()
  creator = await market.person('who makes films')
  await market.plan(creator, 'gold')
  const token = await market.world.signIn(creator)
  const files = [...(await streamFiles()), ...(await streamFiles('season 1/épisode #1/'))]
  for (const policy of ['PUBLIC', 'PLAN:gold']) {
    posts[policy] = (await market.execute(await upload(market.world, token, { policy, files }), creator)).id
  }
})
afterAll(() => market[Symbol.asyncDispose]())

/** The content as a new fan sees it, or as nobody. */
async function viewed(policy: string): Promise<Json> {
  const fan = policy === 'PUBLIC' ? null : await market.person(`fan ${market.newKey()}`)
  if (fan) await market.pay(fan, creator, 'gold')
  const { content } = await market.world.ask(
    `query ($hash: TransactionId!) { content(postHash: $hash) { baseUrl files { name url } } }`,
    { hash: posts[policy] },
    fan ? await market.world.signIn(fan) : undefined,
  )
  return content
}

const urlOf = ({ files }: Json, name: string): string => files.find((file: Json) => file.name === name).url

describe.each(['PUBLIC', 'PLAN:gold'])('a DASH stream that is %s', (policy) => {
  it('has all its segments behind relative links, byte for byte, with their types', async () => {
    const manifest = urlOf(await viewed(policy), 'season 1/épisode #1/manifest.mpd')
    const answer = await fetch(manifest)
    expect(answer.headers.get('content-type')).toBe('application/dash+xml')
    const text = await answer.text()
    const [, init = '', media = ''] = /initialization="(.*?)" media="(.*?)"/.exec(text) ?? []
    const links = [init, ...[1, 2, 3, 4].map((number) => media.replace('$Number$', String(number)))]
    const files = await streamFiles()
    for (const link of links) {
      const segment = await fetch(new URL(link, manifest), { headers: { origin: 'https://player.example' } })
      const { bytes, type } = files.find(({ name }) => name === link) ?? { bytes: Buffer.alloc(0), type: '' }
      expect([link, segment.status, segment.headers.get('content-type')]).toEqual([link, 200, type])
      expect(Buffer.from(await segment.arrayBuffer()).equals(bytes)).toBe(true)
      expect(segment.headers.get('access-control-allow-origin')).toBe('*')
    }
  })
})

describeChromium('a browser with hls.js, on a page of another origin', () => {
  let player: PlayerPage
  beforeAll(async () => {
    player = await openPlayer()
  })
  afterAll(() => player[Symbol.asyncDispose]())

  interface Played {
    buffered: string[]
    errors: string[]
    time: number
    width: number
    ended: boolean
  }

  /** Plays a list to its end, or to the first error. */
  function play(url: string): Promise<Played> {
    return player.page.evaluate(async (source) => {
      // biome-ignore lint/suspicious/noExplicitAny: a script of the page
      const { Hls, document } = globalThis as any
      const video = document.querySelector('video')
      const hls = new Hls({ enableWorker: false })
      const played: Played = { buffered: [], errors: [], time: 0, width: 0, ended: false }
      await new Promise<void>((resolve) => {
        hls.on(Hls.Events.FRAG_BUFFERED, (_: unknown, { frag }: Json) => played.buffered.push(frag.relurl))
        // A machine under load may stall; that is no error yet.
        hls.on(Hls.Events.ERROR, (_: unknown, { details, response, fatal }: Json) => {
          if (!fatal && !response) return
          played.errors.push(`${details} ${response?.code}`)
          resolve()
        })
        video.addEventListener('ended', resolve, { once: true })
        hls.loadSource(source)
        hls.attachMedia(video)
        video.playbackRate = 8
        video.play()
      })
      Object.assign(played, { time: video.currentTime, width: video.videoWidth, ended: video.ended })
      hls.destroy()
      return played
    }, url)
  }

  it.each([
    ['PUBLIC', 'index.m3u8', ['1.m4s', '2.m4s', '3.m4s', '4.m4s']],
    ['PLAN:gold', 'index.m3u8', ['1.m4s', '2.m4s', '3.m4s', '4.m4s']],
    ['PUBLIC', 'season 1/épisode #1/ts/index.m3u8', ['0.ts', '1.ts', '2.ts', '3.ts']],
    ['PLAN:gold', 'season 1/épisode #1/ts/index.m3u8', ['0.ts', '1.ts', '2.ts', '3.ts']],
  ])('plays what is %s to its end: %s', async (policy, list, segments) => {
    const { errors, buffered, time, width, ended } = await play(urlOf(await viewed(policy), list))
    expect(errors).toEqual([])
    expect(buffered.filter((name) => name !== 'init.mp4')).toEqual(segments)
    expect([Math.round(time), width, ended]).toEqual([4, 160, true])
  })

  it('plays from the base address of a content', async () => {
    const { baseUrl } = await viewed('PLAN:gold')
    const { errors, ended } = await play(`${baseUrl}index.m3u8`)
    expect([errors, ended]).toEqual([[], true])
  })

  it('plays nothing for whom there is no address', async () => {
    const { content } = await market.world.ask(
      `query ($hash: TransactionId!) { content(postHash: $hash) { baseUrl } }`,
      { hash: posts['PLAN:gold'] },
    )
    expect(content.baseUrl).toBeNull()
    const played = await play(`${market.world.url}/content/${posts['PLAN:gold']}/index.m3u8`)
    expect(played).toMatchObject({ errors: ['manifestLoadError 401'], buffered: [], time: 0 })
  })

  it('is refused the next segment when the subscription ends in the middle', async () => {
    const { baseUrl } = await viewed('PLAN:gold')
    // It shows the first segments, and waits before it asks for more.
    const buffered = await player.page.evaluate(async (source) => {
      // biome-ignore lint/suspicious/noExplicitAny: a script of the page
      const page = globalThis as any
      const video = page.document.querySelector('video')
      page.hls = new page.Hls({ enableWorker: false, maxBufferLength: 1, maxMaxBufferLength: 1 })
      page.hls.loadSource(source)
      page.hls.attachMedia(video)
      await new Promise<void>((resolve) =>
        page.hls.on(page.Hls.Events.FRAG_BUFFERED, (_: unknown, { frag }: Json) => {
          if (frag.sn !== 'initSegment') resolve()
        }),
      )
      page.hls.stopLoad()
      return video.buffered.end(0)
    }, `${baseUrl}v/index.m3u8`)
    expect(buffered).toBeGreaterThan(0)
    expect(buffered).toBeLessThan(4)
    await market.pass(601)
    const error = await player.page.evaluate(async () => {
      // biome-ignore lint/suspicious/noExplicitAny: a script of the page
      const page = globalThis as any
      const failed = new Promise((resolve) =>
        page.hls.on(page.Hls.Events.ERROR, (_: unknown, { details, response }: Json) => {
          if (response) resolve(`${details} ${response.code}`)
        }),
      )
      page.hls.startLoad()
      page.document.querySelector('video').play()
      const first = await failed
      page.hls.destroy()
      return first
    })
    expect(error).toBe('fragLoadError 403')
  })
})
