import { GetSubscriptionDocument, type SubscriptionFieldsFragment, unsubscribe } from '../../client/index.js'
import { tellCommitted } from '../account-view.js'
import { insist, type Release, type Scene } from '../scene.js'

/** The fan ends the subscription, and gives up what is left of it. */
export async function ending(scene: Scene, release: Release): Promise<void> {
  const { narrator, fan, signal } = scene
  const subscription = await ownSubscription(scene, release)
  narrator.say(`It would run until ${subscription.expiresAt}.`)
  tellCommitted(scene, await unsubscribe(fan.session, { subscription, signal }))
}

async function ownSubscription(
  { creator, fan, signal }: Scene,
  { plan }: Release,
): Promise<SubscriptionFieldsFragment> {
  const which = { creator: creator.session.publicKey, plan: plan.slug }
  const { account } = await fan.session.request(GetSubscriptionDocument, which, { signal })
  insist(account?.viewerSubscription?.status === 'ACTIVE', `${fan.name}'s subscription does not run.`)
  return account.viewerSubscription
}
