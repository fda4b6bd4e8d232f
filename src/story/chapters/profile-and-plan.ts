import { createPlan, GetPlanDocument, type PlanFieldsFragment, updateProfile } from '../../client/index.js'
import { describePeriod } from '../../protocol/periods.js'
import { deso, tellCommitted } from '../account-view.js'
import { insist, type Scene } from '../scene.js'

const PRICE_NANOS = 5_000_000_000n
/** 30 days. */
const PERIOD_SECONDS = 2_592_000

/** The creator says who she is, and what she sells. */
export async function profileAndPlan(scene: Scene): Promise<PlanFieldsFragment> {
  const { narrator, creator, signal, slug } = scene
  narrator.chapter(`${creator.name} makes a profile and a plan`)
  const profile = { username: creator.name, description: 'Films about rivers.' }
  tellCommitted(scene, await updateProfile(creator.session, { ...profile, signal }))
  const terms = { slug, title: 'River Club', priceNanos: PRICE_NANOS, periodSeconds: PERIOD_SECONDS }
  const created = await createPlan(creator.session, { ...terms, signal })
  tellCommitted(scene, created)
  const plan = await currentPlan(scene)
  insist(plan.version === created.transactionId, 'The plan is not the one that was just written.')
  narrator.say(
    `Anybody can now read it: ${plan.title}, ${deso(PRICE_NANOS)} for ${describePeriod(PERIOD_SECONDS)}.`,
  )
  return plan
}

async function currentPlan({ anyone, creator, slug, signal }: Scene): Promise<PlanFieldsFragment> {
  const which = { creator: creator.session.publicKey, slug }
  const { account } = await anyone.request(GetPlanDocument, which, { signal })
  insist(account?.plan != null, 'Nobody sees the plan.')
  return account.plan
}
