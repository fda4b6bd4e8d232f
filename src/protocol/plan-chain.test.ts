import { expect, test } from 'vitest'
import { CREATOR, PlanStory, refOf } from '../../test/support/plan-story.js'
import { countingVersion, currentPlan, GRACE_SECONDS } from './plan-chain.js'

const T = 1_800_000_000

test('without an entry there is no plan', () => {
  const story = new PlanStory()
  expect(story.planChain()).toBeNull()
  expect(currentPlan(story.planChain())).toBeNull()
})

test('the newest committed version is the current one', () => {
  const story = new PlanStory()
  const first = story.plan(T, { title: 'Old' })
  const second = story.plan(T + 1, { title: 'New', priceNanos: 7n, prev: refOf(first) })
  expect(story.planChain()?.versions.map(({ id }) => id)).toEqual([first.id, second.id])
  expect(currentPlan(story.planChain())).toEqual({
    version: expect.objectContaining({ id: second.id, block: second.block }),
    ref: refOf(second),
    terms: { title: 'New', priceNanos: 7n, periodSeconds: 600, state: 'OPEN' },
  })
})

test('while a new version is uncommitted the one before it is current', () => {
  const story = new PlanStory()
  const first = story.plan(T)
  story.planUncommitted(refOf(first))
  expect(story.planChain()?.head).toBe('uncommitted')
  expect(currentPlan(story.planChain())?.version.id).toBe(first.id)
})

test('an uncommitted first version is no plan yet', () => {
  const story = new PlanStory()
  story.planUncommitted(null)
  expect(story.planChain()).toEqual({ head: 'uncommitted', versions: [] })
  expect(currentPlan(story.planChain())).toBeNull()
})

test('an ill-formed version is closed, with the terms of the version before it', () => {
  const story = new PlanStory()
  const first = story.plan(T, { title: 'Gold', priceNanos: 3n })
  const second = story.plan(T + 1, { prev: refOf(first), extra: { V: '2', TITLE: 'Other' } })
  const third = story.plan(T + 2, { prev: refOf(second), extra: { STATE: '' } })
  expect(currentPlan(story.planChain())).toMatchObject({
    version: { id: third.id },
    terms: { title: 'Gold', priceNanos: 3n, periodSeconds: 600, state: 'CLOSED' },
  })
})

test('an ill-formed version with none before it is no plan', () => {
  const story = new PlanStory()
  const first = story.plan(T, { extra: { V: '2' } })
  expect(currentPlan(story.planChain())).toBeNull()
  story.plan(T + 1, { prev: refOf(first), extra: { V: null } })
  expect(currentPlan(story.planChain())).toBeNull()
})

test('a well-formed version after an ill-formed one stands by itself', () => {
  const story = new PlanStory()
  const first = story.plan(T, { extra: { V: '2' } })
  const second = story.plan(T + 1, { prev: refOf(first) })
  expect(currentPlan(story.planChain())).toMatchObject({
    version: { id: second.id },
    terms: { state: 'OPEN' },
  })
})

test('the chain ends at a PREV that is not a version of the same plan', () => {
  const story = new PlanStory()
  const silver = story.plan(T, { slug: 'silver' })
  const gold = story.plan(T + 1, { prev: refOf(silver) })
  expect(story.planChain()?.versions.map(({ id }) => id)).toEqual([gold.id])
})

test('whether a payment not yet mined would count can be asked', () => {
  const story = new PlanStory()
  const first = story.plan(T)
  story.plan(T + 1, { creator: CREATOR, prev: refOf(first) })
  const next = (time: number) => ({ block: { height: 3, time }, indexInBlock: Number.POSITIVE_INFINITY })
  expect(countingVersion(story.planChain(), refOf(first), next(T + 1 + GRACE_SECONDS))?.id).toBe(first.id)
  expect(countingVersion(story.planChain(), refOf(first), next(T + 2 + GRACE_SECONDS))).toBeNull()
  expect(countingVersion(null, refOf(first), next(T + 2))).toBeNull()
})
