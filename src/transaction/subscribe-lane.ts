import type { AppContext, RequestContext } from '../context.js'
import { type PublicKey, publicKeyToBytes } from '../deso/keys.js'
import { StorageUnavailableError } from '../errors.js'
import { parseSubscriptionRecord } from '../protocol/records.js'
import { keepUntil } from './retention.js'
import { expiryOfKey, loadSending } from './sending-store.js'
import type { SignedTransaction } from './signed-input.js'
import { statusOf } from './status.js'

/**
 * SUBSCRIBEs of one fan, creator and slug go one at a time. A lane lists those that were sent from here and have not
 * been seen to end: such a one counts as the newest record, though the node may not show it yet.
 */
interface Lane {
  v: 1
  claims: Claim[]
}

interface Claim {
  sendingKey: string
  /** Milliseconds. */
  at: number
}

/** A claim comes before the record of what is sent; without one after this time, its process died in between. */
const CLAIM_MS = 60_000
const MAX_ATTEMPTS = 16

/** Null: it is no subscription. */
export function laneOf({ transaction }: SignedTransaction): string | null {
  const record = parseSubscriptionRecord(transaction)
  if (!record) return null
  return laneName(record)
}

function laneName({ fan, creator, slug }: { fan: Uint8Array; creator: Uint8Array; slug: string }): string {
  return `subscribe-lane:${Buffer.from(fan).toString('hex')}:${Buffer.from(creator).toString('hex')}:${slug}`
}

/** Has something been sent from here for this subscription that has not been seen to end? */
export async function isLaneBusy(
  ctx: RequestContext,
  { fan, creator, slug }: { fan: PublicKey; creator: PublicKey; slug: string },
): Promise<boolean> {
  const [fanBytes, creatorBytes] = [publicKeyToBytes(fan), publicKeyToBytes(creator)]
  const { claims } = await loadLane(ctx.app, laneName({ fan: fanBytes, creator: creatorBytes, slug }))
  return (await openClaims(ctx, claims, null)).length > 0
}

/**
 * Durable when it resolves to true: what is sent next counts as the newest record. With `alone` it resolves to false,
 * and nothing is claimed, where something else is on its way there. Forgets what has ended.
 */
export async function claimLane(
  ctx: RequestContext,
  lane: string,
  sendingKey: string,
  { tipHeight, alone }: { tipHeight: number; alone: boolean },
): Promise<boolean> {
  const until = keepUntil(ctx.app.clock, expiryOfKey(sendingKey), tipHeight)
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const before = await loadLane(ctx.app, lane)
    const others = await openClaims(ctx, before.claims, sendingKey)
    if (alone && others.length > 0) return false
    const claims = [...others, { sendingKey, at: ctx.app.clock.now() }]
    if (await saveLane(ctx.app, lane, before.version, claims, until)) return true
  }
  throw new StorageUnavailableError('Other gateways send for the same subscription all the time; try again.')
}

/** Is the claim still there? One whose process stood still for too long is dropped by whoever comes next. */
export async function holdsLane(app: AppContext, lane: string, sendingKey: string): Promise<boolean> {
  const { claims } = await loadLane(app, lane)
  return claims.some((claim) => claim.sendingKey === sendingKey)
}

/** Takes a claim back, as nothing was sent on it. Best effort: it ends by itself. */
export async function releaseLane(ctx: RequestContext, lane: string, sendingKey: string): Promise<void> {
  const { claims, version } = await loadLane(ctx.app, lane)
  const others = claims.filter((claim) => claim.sendingKey !== sendingKey)
  if (version !== null) await saveLane(ctx.app, lane, version, others, keepUntil(ctx.app.clock, 0, 0))
}

async function openClaims(
  ctx: RequestContext,
  claims: readonly Claim[],
  except: string | null,
): Promise<Claim[]> {
  const open: Claim[] = []
  for (const claim of claims) {
    if (claim.sendingKey !== except && !(await hasEnded(ctx, claim))) open.push(claim)
  }
  return open
}

async function saveLane(
  { state }: AppContext,
  lane: string,
  version: number | null,
  claims: readonly Claim[],
  until: number,
): Promise<boolean> {
  const value = JSON.stringify({ v: 1, claims } satisfies { v: 1; claims: readonly Claim[] })
  if (version !== null) return state.update(lane, version, value, until)
  return (await state.insert(lane, value, until)).inserted
}

async function loadLane({ state }: AppContext, lane: string): Promise<Lane & { version: number | null }> {
  const entry = await state.get(lane)
  return entry
    ? { ...(JSON.parse(entry.value) as Lane), version: entry.version }
    : { v: 1, claims: [], version: null }
}

/** All forms of the nonce are seen to have ended, each in its own way. */
async function hasEnded(ctx: RequestContext, { sendingKey, at }: Claim): Promise<boolean> {
  const stored = await loadSending(ctx.app.state, sendingKey)
  const { forms = [], mined = null } = stored?.sending ?? {}
  if (mined) return true
  if (!stored || forms.length === 0) return ctx.app.clock.now() - at > CLAIM_MS
  for (const form of forms) {
    const { status } = await statusOf(ctx, stored, form.id)
    if (status === 'COMMITTED') return true
    if (status === 'PENDING') return false
  }
  return true
}
