import { fetchFile, GetContentDocument } from '../../client/index.js'
import { formatBytes, formatRate } from '../narrator.js'
import { insist, type Release, type Scene } from '../scene.js'

/** Not a multiple of the segments of encryption, nor of the blocks of IPFS. */
const PART_BYTES = 50_000
const SEEKS = 20

/** The fan watches: begins, jumps to the middle and the end, seeks about, then sees it all. Gives the link. */
export async function watch(scene: Scene, release: Release): Promise<string> {
  const { narrator, fan } = scene
  narrator.chapter(`${fan.name} watches`)
  const url = await linkOf(scene, release)
  for (const [name, offset] of placesOf(scene.film.size)) {
    await watchPart(scene, url, offset)
    narrator.say(`${name}: the bytes from ${offset.toLocaleString('en')} on are those that were published.`)
  }
  await seekAbout(scene, url)
  await watchAll(scene, url)
  return url
}

/** A player needs no header: the link says for whom it is. */
async function linkOf({ fan, signal }: Scene, { postHash }: Release): Promise<string> {
  const { content } = await fan.session.request(GetContentDocument, { postHash }, { signal })
  const url = content?.files?.[0]?.url
  insist(typeof url === 'string', `${fan.name} was given no link.`)
  return url
}

function placesOf(size: number): [string, number][] {
  return [
    ['Beginning', 0],
    ['Middle', Math.floor(size / 2)],
    ['End', Math.max(0, size - PART_BYTES)],
  ]
}

async function watchPart({ anyone, film, signal }: Scene, url: string, offset: number): Promise<void> {
  const length = Math.min(PART_BYTES, film.size - offset)
  const file = await fetchFile(anyone, url, { range: { offset, length }, signal })
  const parts: Uint8Array[] = []
  for await (const chunk of file.chunks) parts.push(chunk)
  insist(file.byteSize === film.size, `The film has ${file.byteSize} bytes, not ${film.size}.`)
  insist(
    Buffer.concat(parts).equals(film.part(offset, length)),
    `Other bytes than were published at ${offset}.`,
  )
}

/** Places that are spread over the film, the same in each story. */
async function seekAbout(scene: Scene, url: string): Promise<void> {
  const { film, narrator } = scene
  const times: number[] = []
  for (let seek = 1; seek <= SEEKS; seek += 1) {
    const began = performance.now()
    await watchPart(scene, url, Math.floor((film.size * ((seek * 7919) % 1000)) / 1000))
    times.push(performance.now() - began)
  }
  const [median, slowest] = [times.sort((a, b) => a - b)[SEEKS / 2] ?? 0, times.at(-1) ?? 0]
  narrator.say(
    `Seeking to ${SEEKS} places: ${median.toFixed(0)} ms as a rule, ${slowest.toFixed(0)} ms at the most.`,
  )
}

async function watchAll({ anyone, film, narrator, signal }: Scene, url: string): Promise<void> {
  const began = performance.now()
  const { chunks } = await fetchFile(anyone, url, { signal })
  let offset = 0
  for await (const chunk of chunks) {
    insist(
      Buffer.compare(chunk, film.part(offset, chunk.length)) === 0,
      `Other bytes than were published after ${offset}.`,
    )
    offset += chunk.length
  }
  insist(offset === film.size, `${offset} of ${film.size} bytes came.`)
  narrator.say(
    `All ${formatBytes(film.size)} to the end, at ${formatRate(offset, performance.now() - began)}.`,
  )
}
