import { hideContent, publishContent, updateContent } from './content-post.js'
import { createPlan } from './create-plan.js'
import type { KindReader } from './kind.js'
import { readSendDeso } from './send-deso.js'
import { subscribe } from './subscribe.js'
import { unsubscribe } from './unsubscribe.js'
import { readUpdateProfile } from './update-profile.js'

/**
 * Every kind that this gateway can explain; the first that recognises a transaction is its kind. A function, because
 * files of kinds that also draft import what imports this.
 */
export function kindReaders(): readonly KindReader[] {
  return [
    readSendDeso,
    createPlan,
    subscribe,
    unsubscribe,
    publishContent,
    updateContent,
    hideContent,
    readUpdateProfile,
  ]
}
