/**
 * The story: what the gateway is for, played by three people through the typed client. It knows the client and how a
 * gateway is started, and nothing of what is behind the API.
 */
import { enter, visitor } from './cast.js'
import { devAccounts } from './chain.js'
import { ending } from './chapters/ending.js'
import { payment } from './chapters/payment.js'
import { profileAndPlan } from './chapters/profile-and-plan.js'
import { publish } from './chapters/publish.js'
import { deadLink, refusal } from './chapters/refusal.js'
import { timePasses } from './chapters/time-passes.js'
import { watch } from './chapters/watch.js'
import { createFilm } from './film.js'
import type { Narrator } from './narrator.js'
import { insist, type Release, type Scene } from './scene.js'
import type { Stage } from './stage.js'

export interface Telling {
  narrator: Narrator
  signal: AbortSignal
  /** Of the film, in bytes. */
  size: number
}

/** Plays it all; the ids of the transactions that it took. Throws StoryError, or what the client throws. */
export async function playStory(stage: Stage, telling: Telling): Promise<readonly string[]> {
  const scene = await openScene(stage, telling)
  const { narrator, fan, stranger, anyone } = scene
  const plan = await profileAndPlan(scene)
  const release = await publish(scene, plan)

  narrator.chapter('Nobody else gets a byte')
  const isRefused = refuser(scene, release)
  await isRefused('Somebody without a session', anyone, 'NOT_SIGNED_IN')
  await isRefused(stranger.name, stranger.session, 'NOT_SUBSCRIBED')
  await isRefused(fan.name, fan.session, 'NOT_SUBSCRIBED')

  narrator.chapter(`${fan.name} subscribes`)
  await payment(scene, release, 1)
  await isRefused(stranger.name, stranger.session, 'NOT_SUBSCRIBED')
  const link = await watch(scene, release)

  narrator.chapter('Time passes')
  await timePasses(scene, release)
  await isRefused(fan.name, fan.session, 'EXPIRED')
  await deadLink(scene, link)

  narrator.chapter(`${fan.name} renews, for two periods at once`)
  await payment(scene, release, 2)

  narrator.chapter(`${fan.name} unsubscribes`)
  await ending(scene, release)
  await isRefused(fan.name, fan.session, 'NOT_SUBSCRIBED')
  return scene.transactions
}

async function openScene(stage: Stage, { narrator, signal, size }: Telling): Promise<Scene> {
  const anyone = visitor(stage.url)
  const [alice, bob, carol] = await devAccounts(stage.chainUrl, signal)
  insist(
    alice !== undefined && bob !== undefined && carol !== undefined,
    'The chain has too few dev accounts.',
  )
  narrator.chapter('Three people sign in')
  const [creator, fan, stranger] = await Promise.all(
    [alice, bob, carol].map((account) => enter(anyone, account, signal)),
  )
  insist(creator !== undefined && fan !== undefined && stranger !== undefined, 'Somebody is missing.')
  for (const [{ name, session }, role] of [
    [creator, 'the creator'],
    [fan, 'a fan'],
    [stranger, 'a stranger'],
  ] as const) {
    narrator.say(`${name}, ${role}, signs a challenge with the key of ${session.publicKey}.`)
  }
  // On somebody's gateway the story may have been played before.
  const slug = stage.isOwn ? 'river-club' : `river-club-${Date.now().toString(36)}`
  return {
    stage,
    narrator,
    signal,
    anyone,
    creator,
    fan,
    stranger,
    film: createFilm(size),
    slug,
    transactions: [],
  }
}

function refuser(scene: Scene, release: Release) {
  return (name: string, client: Scene['anyone'], reason: Parameters<typeof refusal>[2]['reason']) =>
    refusal(scene, release, { client, name, reason, status: reason === 'NOT_SIGNED_IN' ? 401 : 403 })
}
