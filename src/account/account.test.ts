import { beforeEach, describe, expect, it } from 'vitest'
import { FakeChain } from '../../test/support/fake-chain.js'
import { fakeGateway, request, user } from '../../test/support/fake-gateway.js'
import type { RequestContext } from '../context.js'
import { findAccount } from './find-account.js'
import { getAccount } from './get-account.js'

const ALICE = user(1)
const NOBODY = user(9)

let chain: FakeChain
let ctx: RequestContext

beforeEach(() => {
  chain = new FakeChain()
  chain.fund(ALICE.publicKey, 5n)
  chain.profiles.set(ALICE.publicKey, {
    username: 'Alice_RT',
    description: 'I am',
    creatorBasisPoints: 0n,
    isHidden: false,
  })
  ctx = request(fakeGateway({ chain }))
})

describe('an account', () => {
  it('has the name, text and balance that the node shows', async () => {
    expect(await getAccount(ctx, ALICE.publicKey)).toEqual({
      publicKey: ALICE.publicKey,
      username: 'Alice_RT',
      description: 'I am',
      balanceNanos: 5n,
    })
  })

  it('is every valid key, with balance 0 if nobody has seen it', async () => {
    expect(await findAccount(ctx, { publicKey: NOBODY.publicKey })).toBe(NOBODY.publicKey)
    expect(await getAccount(ctx, NOBODY.publicKey)).toEqual({
      publicKey: NOBODY.publicKey,
      username: null,
      description: null,
      balanceNanos: 0n,
    })
  })

  it('is found by its username without case; an unknown one is null', async () => {
    expect(await findAccount(ctx, { username: 'aLICE_rt' })).toBe(ALICE.publicKey)
    expect(await findAccount(ctx, { username: 'nobody' })).toBeNull()
  })

  it.each([
    '',
    'a b',
    'a'.repeat(26),
    'é',
    '{}',
  ])('of the impossible name %j is null, and no node is asked', async (username) => {
    chain.isDown = true
    expect(await findAccount(ctx, { username })).toBeNull()
  })
})
