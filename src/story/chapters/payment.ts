import { GetContentDocument, subscribe } from '../../client/index.js'
import { balanceOf, deso, tellCommitted } from '../account-view.js'
import { insist, type Release, type Scene } from '../scene.js'

/** The fan pays the creator, on chain and directly, and has access by that. */
export async function payment(scene: Scene, { plan, postHash }: Release, periods: number): Promise<void> {
  const { narrator, creator, fan, signal } = scene
  const before = await balances(scene)
  const paid = await subscribe(fan.session, { plan, periods, signal })
  tellCommitted(scene, paid)
  const after = await balances(scene)
  const price = BigInt(plan.price.nanos) * BigInt(periods)
  const fee = BigInt(paid.draft.preview.fee.nanos)
  tellBalance(scene, fan.name, before.fan, after.fan)
  tellBalance(scene, creator.name, before.creator, after.creator)
  insist(
    before.fan - after.fan === price + fee,
    `${fan.name} paid another sum than ${deso(price)} and the fee.`,
  )
  insist(after.creator - before.creator === price, `${creator.name} did not get ${deso(price)}.`)
  const { content } = await fan.session.request(GetContentDocument, { postHash }, { signal })
  const access = content?.viewerAccess
  insist(access?.granted === true, `${fan.name} has paid and has no access: ${access?.reason}.`)
  narrator.say(`Access: granted, ${access.reason}, until ${access.expiresAt}.`)
}

function tellBalance({ narrator }: Scene, name: string, before: bigint, after: bigint): void {
  const change = after - before
  const sign = change < 0n ? '-' : '+'
  narrator.say(
    `${name.padEnd(6)} ${deso(before)} -> ${deso(after)} (${sign}${deso(change < 0n ? -change : change)})`,
  )
}

async function balances({ fan, creator, signal }: Scene): Promise<{ fan: bigint; creator: bigint }> {
  const [ofFan, ofCreator] = await Promise.all([balanceOf(fan, signal), balanceOf(creator, signal)])
  return { fan: ofFan, creator: ofCreator }
}
