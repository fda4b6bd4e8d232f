import { expect, test } from 'vitest'
import { parseSlug } from './slug.js'

test.each(['a', '0', '-', 'gold', 'gold-2026', 'x'.repeat(64)])('%j is a slug', (text) => {
  expect(parseSlug(text)).toBe(text)
})

test.each([
  '',
  'Gold',
  'gold plan',
  'gold_plan',
  'gold\n',
  'göld',
  'a,b',
  'a:b',
  'x'.repeat(65),
])('%j is no slug', (text) => {
  expect(parseSlug(text)).toBeNull()
})
