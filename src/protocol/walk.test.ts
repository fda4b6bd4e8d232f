import { expect, test } from 'vitest'
import { CREATOR, FAN, PlanStory, refOf, SLUG, STRANGER } from '../../test/support/plan-story.js'
import type { RecordLookup, RecordRef } from '../deso/chain.js'
import { driveWalk, headOfEntry, type Walk, walkOutsideVersions, walkPlan, walkSubscription } from './walk.js'

const T = 1_800_000_000
const KEY = { fan: FAN, creator: CREATOR, slug: SLUG }

/** Drives a walk and notes what it asked for, in order. */
function record<T>(
  walk: Walk<T>,
  lookUp: (ref: RecordRef) => RecordLookup,
): { asked: RecordRef[]; result: T } {
  const asked: RecordRef[] = []
  let step = walk.next()
  while (!step.done) {
    asked.push(step.value)
    step = walk.next(lookUp(step.value))
  }
  return { asked, result: step.value }
}

test('a walk begins at the entry that the node shows', () => {
  const id = 'ab'.repeat(32)
  const entry = { id, blockHeight: 12, extraData: new Map([['PREV', `7:${id}`]]) }
  expect(headOfEntry(entry)).toEqual({ ref: { height: 12, id }, prev: { height: 7, id } })
  expect(headOfEntry({ ...entry, extraData: new Map() }).prev).toBeNull()
  expect(headOfEntry({ ...entry, extraData: new Map([['PREV', 'x']]) }).prev).toBeNull()
})

test('a walk asks for one record after the other, newest first', () => {
  const story = new PlanStory()
  const plan = story.plan(T)
  const first = story.subscribe(T + 1, plan)
  const second = story.subscribe(T + 2, plan, { prev: refOf(first) })
  const third = story.subscribe(T + 3, plan, { prev: refOf(second) })
  const { asked, result } = record(walkSubscription(KEY, story.entry), (ref) => story.chain.lookUp(ref))
  expect(asked).toEqual([refOf(third), refOf(second), refOf(first)])
  expect(result.head).toBe('committed')
  expect(result.hops.map(({ id }) => id)).toEqual([third.id, second.id, first.id])
})

test('a committed head is followed by its own PREV, not by what the node merged into the entry', () => {
  const story = new PlanStory()
  const plan = story.plan(T)
  const first = story.subscribe(T + 1, plan)
  const second = story.subscribe(T + 2, plan, { extra: { PREV: null } })
  const merged = { ref: refOf(second), prev: refOf(first) }
  const { asked, result } = record(walkSubscription(KEY, merged), (ref) => story.chain.lookUp(ref))
  expect(asked).toEqual([refOf(second)])
  expect(result.hops).toHaveLength(1)
})

test('a head of another fan counts for nobody, whatever the node says', () => {
  const story = new PlanStory()
  const plan = story.plan(T)
  const first = story.subscribe(T + 1, plan)
  story.subscribe(T + 2, plan, { fan: STRANGER, prev: refOf(first) })
  const { result } = record(walkSubscription(KEY, story.entry), (ref) => story.chain.lookUp(ref))
  expect(result).toEqual({ head: 'committed', hops: [] })
})

test('the walk ends at a reference to what is uncommitted or absent', () => {
  const story = new PlanStory()
  const plan = story.plan(T)
  const nowhere = { height: 1, id: story.chain.newId() }
  story.subscribe(T + 1, plan, { prev: nowhere })
  const { asked, result } = record(walkSubscription(KEY, story.entry), (ref) => story.chain.lookUp(ref))
  expect(asked).toHaveLength(2)
  expect(result.hops).toHaveLength(1)
})

test('a look-up that answers with a record of another height or id is not believed', () => {
  const story = new PlanStory()
  const plan = story.plan(T)
  const first = story.subscribe(T + 1, plan)
  const wrongHeight = { ref: { ...refOf(first), height: first.block.height + 1 }, prev: null }
  const { result } = record(walkSubscription(KEY, wrongHeight), () => ({ kind: 'committed', record: first }))
  expect(result).toEqual({ head: 'absent', hops: [] })
})

test('without an entry nothing is asked', () => {
  const lookUp = () => {
    throw new Error('nothing to look up')
  }
  expect(record(walkPlan(KEY, null), lookUp)).toEqual({ asked: [], result: null })
  expect(record(walkSubscription(KEY, null), lookUp).result).toEqual({ head: 'none', hops: [] })
})

test('versions outside the chain are asked for once, and only where one could count', () => {
  const story = new PlanStory()
  const silver = story.plan(T, { slug: 'silver' })
  const old = story.plan(T)
  const first = story.subscribe(T + 1, old)
  const second = story.subscribe(T + 2, old, { prev: refOf(first) })
  const made = story.plan(T + 3)
  const third = story.subscribe(T + 4, silver, { prev: refOf(second) })
  story.subscribe(T + 5, made, { prev: refOf(third) })
  const plan = story.planChain()
  const { hops } = story.chain.run(walkSubscription(KEY, story.entry))
  expect(hops).toHaveLength(4)
  const { asked, result } = record(walkOutsideVersions(KEY, hops, plan), (ref) => story.chain.lookUp(ref))
  expect(asked).toEqual([refOf(old)])
  expect([...result.keys()]).toEqual([`${old.block.height}:${old.id}`])
  expect(record(walkOutsideVersions(KEY, hops, null), (ref) => story.chain.lookUp(ref)).asked).toEqual([])
})

test('a long history is walked to its end', () => {
  const story = new PlanStory()
  const plan = story.plan(T)
  let prev: RecordRef | null = null
  for (let i = 0; i < 5_000; i++) prev = refOf(story.subscribe(T + i, plan, { prev }))
  expect(story.entitlementAt(T)).toMatchObject({ startsAt: T, expiresAt: T + 5_000 * 600 })
})

test('an asynchronous look-up drives the same walk, and its error ends it', async () => {
  const story = new PlanStory()
  const plan = story.plan(T)
  const first = story.subscribe(T + 1, plan)
  story.subscribe(T + 2, plan, { prev: refOf(first) })
  const history = await driveWalk(walkSubscription(KEY, story.entry), async (ref) => story.chain.lookUp(ref))
  expect(history.hops).toHaveLength(2)
  const fault = new Error('too many blocks')
  const failing = driveWalk(walkSubscription(KEY, story.entry), () => Promise.reject(fault))
  await expect(failing).rejects.toBe(fault)
})
