import { describePeriod } from '../../protocol/periods.js'
import { moveTime } from '../chain.js'
import type { Release, Scene } from '../scene.js'

/** Until what was paid for has ended. */
export async function timePasses({ narrator, stage, signal }: Scene, { plan }: Release): Promise<void> {
  const now = await moveTime(stage.chainUrl, plan.periodSeconds, signal)
  narrator.say(
    `The local chain moves its clock by ${describePeriod(plan.periodSeconds)}: now it is ${now.toISOString()}.`,
  )
}
