import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MAX_POLICY_BYTES, MAX_POLICY_RULES, parsePolicy, policyOfPlan } from './policy.js'

const KEY = 'tBCKXuDqhjtVqLF3rJuWk84K2vGdKmzVQMZ5aQMZCezykdeFYQxZMq'

test.each([
  ['PUBLIC', [{ kind: 'PUBLIC' }]],
  ['PLAN:gold', [{ kind: 'PLAN', slug: 'gold' }]],
  ['FOLLOW', [{ kind: 'FOLLOW' }]],
  ['COIN:1000000000', [{ kind: 'COIN', minNanos: 1_000_000_000n }]],
  [`DAO:${KEY}:1`, [{ kind: 'DAO', publicKey: KEY, minBaseUnits: 1n }]],
  [`DAO:${KEY}:${2n ** 256n - 1n}`, [{ kind: 'DAO', publicKey: KEY, minBaseUnits: 2n ** 256n - 1n }]],
  [
    'PLAN:gold,PLAN:film-1,FOLLOW',
    [{ kind: 'PLAN', slug: 'gold' }, { kind: 'PLAN', slug: 'film-1' }, { kind: 'FOLLOW' }],
  ],
])('%s is read as its rules', (text, rules) => {
  expect(parsePolicy(text)).toEqual({ text, rules })
})

test('a rule that this reader does not know is kept, beside the others', () => {
  expect(parsePolicy('NFT:abc:7,PLAN:gold,X-RULE')?.rules).toEqual([
    { kind: 'UNKNOWN', text: 'NFT:abc:7' },
    { kind: 'PLAN', slug: 'gold' },
    { kind: 'UNKNOWN', text: 'X-RULE' },
  ])
})

test.each([
  ['an empty text', ''],
  ['an empty rule at the end', 'PLAN:gold,'],
  ['an empty rule at the start', ',PLAN:gold'],
  ['an empty rule between', 'PLAN:gold,,FOLLOW'],
  ['PUBLIC among others', 'PUBLIC,PLAN:gold'],
  ['PUBLIC at the end', 'PLAN:gold,PUBLIC'],
  ['PUBLIC twice', 'PUBLIC,PUBLIC'],
  ['PUBLIC with an argument', 'PUBLIC:yes'],
  ['a space after the comma', 'PLAN:gold, PLAN:silver'],
  ['a space around', ' PUBLIC'],
  ['a line feed', 'PUBLIC\n'],
  ['lower case', 'public'],
  ['a plan without slug', 'PLAN'],
  ['a plan with an empty slug', 'PLAN:'],
  ['a plan whose slug is none', 'PLAN:Gold'],
  ['a plan with two slugs', 'PLAN:gold:silver'],
  ['a follow of something', 'FOLLOW:me'],
  ['a coin without minimum', 'COIN'],
  ['a coin minimum of 0', 'COIN:0'],
  ['a coin minimum with a leading zero', 'COIN:01'],
  ['a coin minimum above 2^64 - 1', 'COIN:18446744073709551616'],
  ['a DAO rule without minimum', `DAO:${KEY}`],
  ['a DAO minimum of 0', `DAO:${KEY}:0`],
  ['a DAO minimum above 2^256 - 1', `DAO:${KEY}:${2n ** 256n}`],
  ['a DAO key that is no Base58', `DAO:${KEY.replace('t', '0')}:1`],
  ['other letters than ASCII', 'PLÄN:gold'],
  ['too many rules', Array.from({ length: MAX_POLICY_RULES + 1 }, () => 'FOLLOW').join(',')],
  ['too many bytes', `X:${'y'.repeat(MAX_POLICY_BYTES)}`],
])('a policy with %s is malformed', (_, text) => {
  expect(parsePolicy(text)).toBeNull()
})

test('64 rules are allowed', () => {
  const text = Array.from({ length: MAX_POLICY_RULES }, (_, i) => `PLAN:p${i}`).join(',')
  expect(parsePolicy(text)?.rules).toHaveLength(64)
})

test('whatever the text, a policy is its rules in order and never grants by PUBLIC within a list', () => {
  const rule = fc.constantFrom('PUBLIC', 'PLAN:a', 'FOLLOW', 'COIN:5', 'NEW:1', 'PLAN:', 'x', '')
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(rule).map((rules) => rules.join(',')),
      ),
      (text) => {
        const policy = parsePolicy(text)
        if (policy === null) return
        expect(policy.text).toBe(text)
        expect(policy.rules).toHaveLength(text.split(',').length)
        if (policy.rules.some(({ kind }) => kind === 'PUBLIC')) expect(text).toBe('PUBLIC')
      },
    ),
  )
})

test('the policy of one plan is what it would be written as', () => {
  expect(policyOfPlan('gold')).toEqual(parsePolicy('PLAN:gold'))
})
