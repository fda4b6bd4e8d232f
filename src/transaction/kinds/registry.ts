import { hideContent, publishContent, updateContent } from './content-post.js'
import { createPlan } from './create-plan.js'
import type { KindReader } from './kind.js'
import { readSendDeso } from './send-deso.js'
import { subscribe } from './subscribe.js'
import { unsubscribe } from './unsubscribe.js'
import { readUpdateProfile } from './update-profile.js'

/** Every kind that this gateway can explain; the first that recognises a transaction is its kind. */
export const KIND_READERS: readonly KindReader[] = [
  readSendDeso,
  createPlan,
  subscribe,
  unsubscribe,
  publishContent,
  updateContent,
  hideContent,
  readUpdateProfile,
]
