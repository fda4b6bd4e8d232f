import { afterAll, beforeAll, expect, it } from 'vitest'
import { encodeGlobalId } from '../src/graphql/relay/global-id.js'
import { type ChainControl, openChain, openWorld, type World } from './support/world.js'

/** The index of this node is a minute behind its blocks, as that of a real one can be (facts: deso-node.md §0). */
let chain: ChainControl
let world: World

beforeAll(async () => {
  chain = await openChain(10, { indexLagMs: 60_000 })
  world = await openWorld({ chain })
})

afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await chain.close()
})

const DRAFT = 'draft { unsignedHex } errors { code message }'

it('plans, payments, access and statuses need no transaction index', async () => {
  const [alice, bob] = [world.person('alice'), world.person('bob')]
  const { createPlan } = await world.ask(
    `mutation ($input: CreatePlanInput!) { createPlan(input: $input) { ${DRAFT} } }`,
    {
      input: {
        idempotencyKey: 'plan',
        signer: alice.publicKey,
        slug: 'gold',
        title: 'Gold',
        priceNanos: '1000',
        periodSeconds: 600,
      },
    },
  )
  const made = await world.submit(createPlan.draft.unsignedHex, alice)
  expect(made).toMatchObject({ transaction: { status: 'COMMITTED' }, errors: [] })

  const { subscribe } = await world.ask(
    `mutation ($input: SubscribeInput!) { subscribe(input: $input) { ${DRAFT} } }`,
    {
      input: { idempotencyKey: 'pay', signer: bob.publicKey, creator: alice.publicKey, plan: 'gold' },
    },
  )
  const paid = await world.submit(subscribe.draft.unsignedHex, bob)
  expect(paid).toMatchObject({ transaction: { status: 'COMMITTED' }, errors: [] })

  const { access } = await world.ask(
    'query ($plan: ID!, $bob: PublicKey) { access(to: { plan: $plan }, account: $bob) { granted reason } }',
    { plan: encodeGlobalId('Plan', alice.publicKey, 'gold'), bob: bob.publicKey },
  )
  expect(access).toEqual({ granted: true, reason: 'SUBSCRIBED' })

  // What the node's own index says meanwhile.
  const { status, body } = await chain.post('/api/v1/transaction-info', {
    TransactionIDBase58Check: paid.transaction.transactionId,
  })
  expect([status, body.Error]).toEqual([400, expect.stringContaining('Could not find transaction')])
})
