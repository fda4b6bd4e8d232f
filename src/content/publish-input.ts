import { planExists } from '../access/records.js'
import type { RequestContext } from '../context.js'
import type { PublicKey } from '../deso/keys.js'
import { InvalidInputError } from '../errors.js'
import { type Policy, parsePolicy } from '../protocol/policy.js'
import { PlanNotFoundError } from '../subscription/errors.js'
import { UnsupportedPolicyError } from './errors.js'
import type { FileAtHand, IncomingFile } from './incoming-file.js'

export interface PublishInput {
  title: string
  teaser: string
  /** As it will stand on chain. */
  policy: string
  /** In the order in which their parts arrive. */
  files: AsyncIterable<IncomingFile>
  /** Those that need no connection. All positions together are the caller's list. */
  atHand: readonly FileAtHand[]
  /** Of all files, in the caller's order, as far as they are known yet. */
  names: readonly (string | null)[]
  /** How many they will be in all; null where that is not known before the last has come. */
  fileCount: number | null
  idempotencyKey: string
}

const MAX_TITLE_BYTES = 256
/** A transaction has room for 25,000 bytes. */
const MAX_TEASER_BYTES = 15_000

/** What can be said of the texts without asking anybody. Throws InvalidInputError or UnsupportedPolicyError. */
export function checkTexts({ title, teaser, policy }: PublishInput): Policy {
  checkTitle(title)
  checkTeaser(teaser)
  return checkPolicy(policy)
}

export function checkTitle(title: string): void {
  checkText('title', title, 1, MAX_TITLE_BYTES)
}

export function checkTeaser(teaser: string): void {
  checkText('teaser', teaser, 0, MAX_TEASER_BYTES)
}

/** The policy as written. Throws InvalidInputError, or UnsupportedPolicyError for what locks everybody out here. */
export function checkPolicy(policy: string): Policy {
  const parsed = parsePolicy(policy)
  if (!parsed) {
    throw new InvalidInputError(
      'policy: write PUBLIC, or rules such as PLAN:gold joined by commas without spaces.',
      ['input', 'policy'],
    )
  }
  for (const rule of parsed.rules) {
    if (rule.kind !== 'PUBLIC' && rule.kind !== 'PLAN') {
      throw new UnsupportedPolicyError(rule.kind === 'UNKNOWN' ? rule.text : rule.kind)
    }
  }
  return parsed
}

/** Each plan that the policy names must be the creator's; one on its way suffices. Throws PlanNotFoundError. */
export async function checkPlans(ctx: RequestContext, creator: PublicKey, policy: Policy): Promise<void> {
  for (const rule of policy.rules) {
    if (rule.kind === 'PLAN' && !(await planExists(ctx, creator, rule.slug))) {
      throw new PlanNotFoundError(rule.slug, ['input', 'policy'])
    }
  }
}

function checkText(field: string, text: string, min: number, max: number): void {
  const bytes = Buffer.byteLength(text)
  if (bytes < min || bytes > max || !text.isWellFormed()) {
    throw new InvalidInputError(`${field}: ${min} to ${max} bytes of UTF-8, not ${bytes}.`, ['input', field])
  }
}
