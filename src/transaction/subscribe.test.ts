import { beforeEach, describe, expect, it } from 'vitest'
import { FakeChain } from '../../test/support/fake-chain.js'
import { fakeGateway, MemoryState, request, sign, TestClock, user } from '../../test/support/fake-gateway.js'
import { createGate } from '../../test/support/gate.js'
import type { AppContext } from '../context.js'
import type { RecordRef } from '../deso/chain.js'
import { decodeTransaction, encodeTransaction } from '../deso/codec.js'
import { signTransaction } from '../deso/signature.js'
import { buildPlanRecord, buildSubscriptionRecord, type PlanState } from '../protocol/records.js'
import type { StateStore } from '../store/state.js'
import { createDraft } from './draft.js'
import type { Draft } from './draft-request.js'
import { getTransaction } from './status.js'
import { submitTransaction } from './submit.js'

const CREATOR = user(1)
const FAN = user(2)
const SLUG = 'gold'
const PRICE = 100n

let chain: FakeChain
let clock: TestClock
let state: MemoryState
let app: AppContext

beforeEach(() => {
  chain = new FakeChain()
  chain.fund(CREATOR.publicKey, 1_000_000n)
  chain.fund(FAN.publicKey, 1_000_000n)
  clock = new TestClock()
  state = new MemoryState()
  app = fakeGateway({ chain, clock, state })
})

let keys = 0

async function publishPlan(prev: RecordRef | null = null, planState: PlanState = 'OPEN'): Promise<RecordRef> {
  keys += 1
  const { unsignedHex } = await createDraft(request(app), {
    operation: 'createPlan',
    input: {},
    signer: CREATOR.publicKey,
    idempotencyKey: `plan ${keys}`.replace(' ', '-'),
    kind: 'CREATE_PLAN',
    build: () =>
      buildPlanRecord({
        creator: CREATOR.bytes,
        slug: SLUG,
        title: 'Gold',
        priceNanos: PRICE,
        periodSeconds: 600,
        state: planState,
        prev,
      }),
  })
  const id = chain.submit(sign(unsignedHex, CREATOR))
  const height = chain.tip + 1
  chain.commit()
  return { height, id }
}

interface SubscribeOptions {
  plan: RecordRef
  head?: RecordRef | null
  key?: string
  gateway?: AppContext
}

function draftSubscribe({ plan, head = null, key = 'sub', gateway = app }: SubscribeOptions): Promise<Draft> {
  return createDraft(request(gateway), {
    operation: 'subscribe',
    input: {},
    signer: FAN.publicKey,
    idempotencyKey: key,
    kind: 'SUBSCRIBE',
    build: () => ({
      ...buildSubscriptionRecord({
        creator: CREATOR.bytes,
        slug: SLUG,
        plan,
        priceNanos: PRICE,
        periods: 1,
        prev: head,
      }),
      subscribe: { creator: CREATOR.publicKey, slug: SLUG, plan, head: head?.id ?? null },
    }),
  })
}

function submit({ unsignedHex }: Draft, gateway = app) {
  return submitTransaction(request(gateway), { signedHex: sign(unsignedHex, FAN) })
}

/** As if the fan had deleted them. */
function forgetSubscriptions(): void {
  for (const [key, entry] of chain.associations) {
    if (entry.type === 'DIG:SUBSCRIPTION') chain.associations.delete(key)
  }
}

describe('a SUBSCRIBE draft', () => {
  it('is sent while it is what it was drafted to be', async () => {
    const draft = await draftSubscribe({ plan: await publishPlan() })
    expect(await submit(draft)).toMatchObject({
      transaction: { kind: 'SUBSCRIBE', status: 'PENDING' },
      replayed: false,
      errors: [],
    })
  })

  it('is sent in the hour after its version was superseded, and after the plan was closed', async () => {
    const plan = await publishPlan()
    const draft = await draftSubscribe({ plan })
    await publishPlan(plan, 'CLOSED')
    expect(await submit(draft)).toMatchObject({ errors: [] })
  })

  it('is never sent once its version no longer counts, not even when that seems to change', async () => {
    const plan = await publishPlan()
    const draft = await draftSubscribe({ plan })
    const second = await publishPlan(plan)
    chain.mine(4_000 - (chain.committedHeight - second.height))
    clock.ms = (1_700_000_000 + chain.committedHeight) * 1000
    const refused = await submit(draft)
    expect(refused).toMatchObject({
      transaction: { status: 'UNKNOWN', kind: 'SUBSCRIBE' },
      replayed: false,
      errors: [{ code: 'DRAFT_EXPIRED', transaction: null }],
    })
    expect(chain.submitted).toEqual([])
    expect(await submit(draft)).toEqual(refused)
  })

  it('is never sent once another record has come in between; its key says so too', async () => {
    const plan = await publishPlan()
    const [draft, other] = [await draftSubscribe({ plan }), await draftSubscribe({ plan, key: 'other' })]
    chain.submit(sign(other.unsignedHex, FAN))
    expect(await submit(draft)).toMatchObject({ errors: [{ code: 'DRAFT_EXPIRED' }] })
    forgetSubscriptions()
    expect(await submit(draft)).toMatchObject({ errors: [{ code: 'DRAFT_EXPIRED' }] })
    await expect(draftSubscribe({ plan })).rejects.toMatchObject({ code: 'DRAFT_EXPIRED' })
    expect(chain.submitted).toEqual([])
    // It does not stand in the way of what is drafted anew.
    expect(await submit(await draftSubscribe({ plan, key: 'anew' }))).toMatchObject({ errors: [] })
  })

  it('is never sent once the record that it renews is gone', async () => {
    const plan = await publishPlan()
    const first = await submit(await draftSubscribe({ plan, key: 'first' }))
    const height = chain.tip + 1
    chain.commit()
    const renewal = await draftSubscribe({
      plan,
      head: { height, id: first.transaction?.id ?? '' },
      key: 'renewal',
    })
    forgetSubscriptions()
    expect(await submit(renewal)).toMatchObject({ errors: [{ code: 'DRAFT_EXPIRED' }] })
  })

  it('is sent as a renewal of the record that it was drafted against', async () => {
    const plan = await publishPlan()
    const first = await submit(await draftSubscribe({ plan, key: 'first' }))
    const height = chain.tip + 1
    chain.commit()
    const renewal = await draftSubscribe({
      plan,
      head: { height, id: first.transaction?.id ?? '' },
      key: 'renewal',
    })
    expect(await submit(renewal)).toMatchObject({ errors: [] })
    chain.commit()
    expect(chain.minedIds).toHaveLength(3)
  })

  it('that was sent before is answered first, whatever has changed', async () => {
    const plan = await publishPlan()
    const draft = await draftSubscribe({ plan })
    const sent = await submit(draft)
    chain.associations.clear()
    expect(await submit(draft)).toEqual({ ...sent, replayed: true })
    chain.commit()
    expect(await submit(draft)).toMatchObject({
      transaction: { status: 'COMMITTED' },
      replayed: true,
      errors: [],
    })
  })

  it('of another key is not sent while one is on its way, though the node shows nothing of it', async () => {
    const plan = await publishPlan()
    const [one, two] = [
      await draftSubscribe({ plan, key: 'one' }),
      await draftSubscribe({ plan, key: 'two' }),
    ]
    chain.faults.push('LOST_ON_THE_WAY')
    expect(await submit(one)).toMatchObject({ errors: [{ code: 'NODE_UNAVAILABLE' }] })
    expect(await submit(two)).toMatchObject({ errors: [{ code: 'DRAFT_EXPIRED' }] })
    expect(await submit(one)).toMatchObject({ errors: [] })
    chain.commit()
    expect(chain.balances.get(CREATOR.publicKey)).toBeGreaterThan(0n)
    expect(chain.minedIds).toHaveLength(2)
  })

  it('goes one at a time: of ten at once with ten keys one is sent', async () => {
    const plan = await publishPlan()
    const drafts = await Promise.all(
      Array.from({ length: 10 }, (_, index) => draftSubscribe({ plan, key: `k${index}` })),
    )
    const results = await Promise.all(drafts.map((draft) => submit(draft)))
    expect(results.filter(({ errors }) => errors.length === 0)).toHaveLength(1)
    expect(results.flatMap(({ errors }) => errors.map(({ code }) => code))).toEqual(
      Array(9).fill('DRAFT_EXPIRED'),
    )
    expect(chain.submitted).toHaveLength(1)
  })

  it('goes one at a time through gateways that share the state', async () => {
    const plan = await publishPlan()
    const gateways = [app, fakeGateway({ chain, clock, state })]
    const drafts = await Promise.all(
      Array.from({ length: 10 }, (_, index) => draftSubscribe({ plan, key: `k${index}` })),
    )
    await Promise.all(drafts.map((draft, index) => submit(draft, gateways[index % 2])))
    expect(chain.submitted).toHaveLength(1)
  })

  it('goes one at a time though a gateway stood still for minutes before it recorded what it sends', async () => {
    const plan = await publishPlan()
    const [one, two] = [
      await draftSubscribe({ plan, key: 'one' }),
      await draftSubscribe({ plan, key: 'two' }),
    ]
    const [reached, goOn] = [createGate(), createGate()]
    const insert: StateStore['insert'] = async (key, value, expiresAt) => {
      if (key.startsWith('transaction:')) {
        reached.resolve()
        await goOn.promise
      }
      return state.insert(key, value, expiresAt)
    }
    const slow: StateStore = {
      insert,
      get: (key) => state.get(key),
      update: (key, version, value, expiresAt) => state.update(key, version, value, expiresAt),
      close: () => state.close(),
    }
    const late = submit(one, fakeGateway({ chain, clock, state: slow }))
    await reached.promise
    clock.ms += 61_000
    expect(await submit(two)).toMatchObject({ errors: [] })
    goOn.resolve()
    expect(await late).toMatchObject({ errors: [{ code: 'DRAFT_EXPIRED' }] })
    expect(await submit(one)).toMatchObject({ errors: [{ code: 'DRAFT_EXPIRED' }] })
    expect(chain.submitted).toHaveLength(1)
  })

  it('recorded by a gateway that died before it took its place in the line is not sent past another', async () => {
    const plan = await publishPlan()
    const [one, two] = [
      await draftSubscribe({ plan, key: 'one' }),
      await draftSubscribe({ plan, key: 'two' }),
    ]
    chain.faults.push('LOST_ON_THE_WAY', 'LOST_ON_THE_WAY')
    await submit(one)
    const lanes = [...state.entries].filter(([key]) => key.startsWith('subscribe-lane:'))
    for (const [key] of lanes) state.entries.delete(key)
    expect(await submit(two)).toMatchObject({ errors: [{ code: 'NODE_UNAVAILABLE' }] })
    expect(await submit(one)).toMatchObject({
      transaction: { status: 'PENDING' },
      replayed: true,
      errors: [],
    })
    expect(chain.submitted).toHaveLength(2)
  })

  it('is sent after one that was refused, whose key may try again', async () => {
    const plan = await publishPlan()
    const [poor, other] = [
      await draftSubscribe({ plan, key: 'poor' }),
      await draftSubscribe({ plan, key: 'other' }),
    ]
    chain.faults.push({ rule: 'RuleErrorInsufficientBalance', kind: 'INSUFFICIENT_BALANCE' })
    expect(await submit(poor)).toMatchObject({
      transaction: { status: 'REJECTED' },
      errors: [{ code: 'INSUFFICIENT_FUNDS' }],
    })
    expect(await submit(await draftSubscribe({ plan, key: 'poor' }))).toMatchObject({ errors: [] })
    expect(await submit(other)).toMatchObject({ errors: [{ code: 'DRAFT_EXPIRED' }] })
  })

  it('whose own form another gateway has sent is answered with that form', async () => {
    const plan = await publishPlan()
    const other = fakeGateway({ chain, clock })
    const [one, same] = [await draftSubscribe({ plan }), await draftSubscribe({ plan, gateway: other })]
    const first = await submit(one)
    chain.mine(1)
    expect(await submit(same, other)).toMatchObject({
      transaction: { status: 'PENDING' },
      replayed: true,
      errors: [],
    })
    chain.mine(2)
    expect(await getTransaction(request(other), first.transaction?.id ?? '')).toMatchObject({
      status: 'COMMITTED',
    })
    expect(chain.minedIds).toHaveLength(2)
  })

  it('is not sent while the node cannot tell, and is when it can again', async () => {
    const plan = await publishPlan()
    const draft = await draftSubscribe({ plan })
    const { lookUp } = chain.reader
    chain.reader.lookUp = () => Promise.reject(Object.assign(new Error('down')))
    await expect(submit(draft)).rejects.toThrow('down')
    chain.reader.lookUp = lookUp
    expect(chain.submitted).toEqual([])
    expect(await submit(draft)).toMatchObject({ errors: [] })
  })

  it('that may never have left is looked at again before it is sent again', async () => {
    const plan = await publishPlan()
    const [draft, other] = [await draftSubscribe({ plan }), await draftSubscribe({ plan, key: 'other' })]
    chain.faults.push('LOST_ON_THE_WAY')
    const lost = await submit(draft)
    chain.submit(sign(other.unsignedHex, FAN))
    expect(await submit(draft)).toEqual({ ...lost, replayed: true, errors: [] })
    expect(chain.submitted).toHaveLength(1)
    chain.commit()
    expect(chain.minedIds).toHaveLength(2)
  })

  it('made by somebody else is sent too, as what its bytes say, and counts as the newest record', async () => {
    const plan = await publishPlan()
    const draft = await draftSubscribe({ plan })
    const bytes = decodeTransaction(Buffer.from(draft.unsignedHex, 'hex'))
    const foreign = signTransaction({ ...bytes, nonce: { ...bytes.nonce, partialId: 1n } }, FAN.privateKey)
    const signedHex = Buffer.from(encodeTransaction(foreign)).toString('hex')
    chain.faults.push('LOST_ON_THE_WAY')
    expect(await submitTransaction(request(app), { signedHex })).toMatchObject({
      transaction: { kind: 'SUBSCRIBE', status: 'PENDING' },
    })
    expect(await submit(draft)).toMatchObject({ errors: [{ code: 'DRAFT_EXPIRED' }] })
  })
})
