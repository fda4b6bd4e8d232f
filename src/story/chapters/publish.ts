import { type PlanFieldsFragment, publishContent } from '../../client/index.js'
import { tellCommitted } from '../account-view.js'
import { formatBytes, formatSeconds } from '../narrator.js'
import { insist, type Release, type Scene } from '../scene.js'

/** A film goes up, is encrypted on its way, and is announced on the chain. */
export async function publish(scene: Scene, plan: PlanFieldsFragment): Promise<Release> {
  const { narrator, creator, film, signal } = scene
  narrator.chapter(
    `${creator.name} publishes a film of ${formatBytes(film.size)} for the members of ${plan.title}`,
  )
  const progress = narrator.progress('Uploading', film.size)
  const began = performance.now()
  const published = await publishContent(creator.session, {
    title: 'The River',
    teaser: 'From the spring to the sea. The whole film is for members.',
    policy: `PLAN:${plan.slug}`,
    files: [{ name: 'the-river.mp4', mediaType: 'video/mp4', data: film.bytes(), size: film.size }],
    onProgress: ({ sentBytes }) => progress(sentBytes),
    signal,
  })
  const [file] = published.files
  insist(file?.byteSize === String(film.size) && file.isEncrypted, 'The gateway stored another film.')
  narrator.say(`Encrypted, stored, announced and committed in ${formatSeconds(performance.now() - began)}.`)
  narrator.say(`On IPFS: ${file.cid} (ciphertext), manifest ${published.manifestCid}`)
  tellCommitted(scene, published)
  return { postHash: published.postHash, plan }
}
