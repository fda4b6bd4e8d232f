import type { RequestContext } from '../context.js'
import type { BlockRef, CommittedBlock } from '../deso/chain.js'
import { decodeTransaction } from '../deso/codec.js'
import type { Transaction } from '../deso/transaction.js'
import { StorageUnavailableError } from '../errors.js'
import { StillSearchingError } from './errors.js'
import { MAX_NONCE_LIFE_BLOCKS } from './nonce.js'
import {
  changeSending,
  expiryOfKey,
  type MinedForm,
  pointTo,
  type Sending,
  type StoredSending,
  sendingKeyOf,
} from './sending-store.js'

/**
 * Looks through committed blocks for whichever form of a nonce was mined. Where it has looked is kept, so that each
 * block is read once for a nonce; the transaction index is not asked, as it can lag by a minute.
 */

/** What a poll reads at most; the next one goes on. */
const BLOCKS_PER_LOOK = 128
/** How long a search that must come to an end may take, in milliseconds. */
const SEARCH_MS = 20_000
const BLOCKS_AT_ONCE = 8
/** Progress below this is not worth a write: the blocks are in the cache. */
const WORTH_KEEPING_BLOCKS = 32

export interface Look {
  mined: MinedForm | null
  /** Committed, when the look began. */
  tip: BlockRef
  /** Every block that could hold the nonce has been looked through, above the anchor. */
  isAboveDone: boolean
  /** The same, below it: only of interest where a form may have been mined before it was sent from here. */
  isBelowDone: boolean
}

/** A bounded look: at what is new above the anchor, and with `below` also before it. */
export function look(
  ctx: RequestContext,
  stored: StoredSending,
  { below }: { below: boolean },
): Promise<Look> {
  return search(ctx, stored, { below, mayGoOn: (blocks) => blocks < BLOCKS_PER_LOOK })
}

/**
 * The form that was mined, after looking at every block that could hold one; null: none was. Throws
 * StillSearchingError (retryable) where that takes too long, and goes on from there when asked again.
 */
export async function findMined(ctx: RequestContext, stored: StoredSending): Promise<MinedForm | null> {
  const start = performance.now()
  const found = await search(ctx, stored, {
    below: true,
    mayGoOn: () => performance.now() - start < SEARCH_MS,
  })
  if (!found.mined && !(found.isAboveDone && found.isBelowDone)) throw new StillSearchingError()
  return found.mined
}

interface Search {
  below: boolean
  mayGoOn(blocksRead: number): boolean
}

async function search(
  ctx: RequestContext,
  { key, sending }: StoredSending,
  { below, mayGoOn }: Search,
): Promise<Look> {
  const tip = await ctx.app.chain.freshCommittedTip({ signal: ctx.signal })
  const ceiling = Math.min(tip.height, expiryOfKey(key))
  const floor = floorOf(key, sending)
  let { mined, scannedUpTo: up, scannedDownTo: down } = sending
  let blocks = 0
  const read = async (heights: number[]): Promise<void> => {
    blocks += heights.length
    const found = await Promise.all(heights.map((height) => findInBlock(ctx, key, height)))
    mined = found.find((form) => form !== null) ?? null
  }
  while (!mined && up < ceiling && mayGoOn(blocks)) {
    const heights = range(up + 1, Math.min(ceiling, up + BLOCKS_AT_ONCE))
    await read(heights)
    up += heights.length
  }
  while (!mined && below && up >= ceiling && down > floor && mayGoOn(blocks)) {
    const heights = range(Math.max(floor, down - BLOCKS_AT_ONCE), down - 1)
    await read(heights)
    down -= heights.length
  }
  if (mined !== sending.mined || blocks >= WORTH_KEEPING_BLOCKS)
    await keep(ctx, key, sending, { mined, up, down }).catch(unlessUnavailable)
  if (mined !== sending.mined) await ctx.app.commits.announce(key)
  return { mined, tip, isAboveDone: up >= ceiling, isBelowDone: down <= floor }
}

/** What was found is told though the state cannot keep it: it will be found again. */
function unlessUnavailable(error: unknown): void {
  if (!(error instanceof StorageUnavailableError)) throw error
}

/** Below this no block can hold a nonce of this gateway; for others' it is as far as one looks. */
function floorOf(key: string, { draftKey, anchor }: Sending): number {
  return Math.max(0, (draftKey === null ? anchor : expiryOfKey(key)) - MAX_NONCE_LIFE_BLOCKS)
}

/** Positions hold for the anchor that they began at; what was mined holds for ever. */
async function keep(
  ctx: RequestContext,
  key: string,
  before: Sending,
  { mined, up, down }: { mined: MinedForm | null; up: number; down: number },
): Promise<void> {
  if (mined && !before.forms.some(({ id }) => id === mined.id)) await pointTo(ctx.app, mined.id, key, up)
  await changeSending(ctx.app, key, up, (now) => {
    if (!now || now.mined) return null
    if (now.anchor !== before.anchor) return mined && { ...now, mined }
    return {
      ...now,
      mined,
      scannedUpTo: Math.max(now.scannedUpTo, up),
      scannedDownTo: Math.min(now.scannedDownTo, down),
    }
  })
}

async function findInBlock(ctx: RequestContext, key: string, height: number): Promise<MinedForm | null> {
  const block = await ctx.app.chain.committedBlock(height, { signal: ctx.signal })
  const { height: at, hash, time } = block
  const found = findForm(block, key)
  return (
    found && {
      id: found.id,
      signedHex: Buffer.from(found.bytes).toString('hex'),
      block: { height: at, hash, time },
    }
  )
}

/** Only what ends in the nonce is decoded: it stands last in a transaction's bytes. */
export function findForm(
  { transactions }: Pick<CommittedBlock, 'transactions'>,
  key: string,
): CommittedBlock['transactions'][number] | null {
  const tail = nonceTail(key)
  const found = transactions.find(({ bytes }) => endsWith(bytes, tail) && hasNonce(bytes, key))
  return found ?? null
}

function hasNonce(bytes: Uint8Array, key: string): boolean {
  let transaction: Transaction
  try {
    transaction = decodeTransaction(bytes)
  } catch {
    return false // Nodes mine odd transactions; none of them was drafted or sent here.
  }
  return sendingKeyOf(transaction) === key
}

function nonceTail(key: string): Uint8Array {
  const [, , expiry, partialId] = key.split(':')
  return Uint8Array.from([...uvarint(BigInt(expiry ?? 0)), ...uvarint(BigInt(partialId ?? 0))])
}

function uvarint(value: bigint): number[] {
  return value < 0x80n ? [Number(value)] : [Number(value & 0x7fn) | 0x80, ...uvarint(value >> 7n)]
}

function endsWith(bytes: Uint8Array, tail: Uint8Array): boolean {
  return bytes.length >= tail.length && Buffer.compare(bytes.subarray(bytes.length - tail.length), tail) === 0
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}
