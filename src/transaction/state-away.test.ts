import { beforeEach, describe, expect, it } from 'vitest'
import { MemoryState, sign } from '../../test/support/fake-gateway.js'
import { ALICE, PaymentWorld } from '../../test/support/payment-world.js'
import { StorageUnavailableError } from '../errors.js'
import type { StateEntry } from '../store/state.js'

/** State that goes away after so many calls, as a Redis does, and comes back when told to. */
class LeavingState extends MemoryState {
  callsLeft = Number.POSITIVE_INFINITY

  override async get(key: string): Promise<StateEntry | undefined> {
    this.#count()
    return super.get(key) as Promise<StateEntry | undefined>
  }

  override async insert(key: string, value: string, expiresAt: number) {
    this.#count()
    return super.insert(key, value, expiresAt)
  }

  override async update(key: string, version: number, value: string, expiresAt: number) {
    this.#count()
    return super.update(key, version, value, expiresAt)
  }

  #count(): void {
    if (this.callsLeft <= 0) throw new StorageUnavailableError('away')
    this.callsLeft -= 1
  }
}

let world: PaymentWorld
let state: LeavingState

beforeEach(() => {
  state = new LeavingState()
  world = new PaymentWorld(state)
})

/** More calls than a draft or submit makes. */
const MAX_CALLS = 20
const AWAY = { code: 'STORAGE_UNAVAILABLE', retryable: true }

describe('while the state cannot be reached', () => {
  it('a draft is refused, retryable, from whichever call on, and the same one afterwards', async () => {
    const unharmed = await new PaymentWorld().draft()
    let refused = 0
    for (let calls = 0; calls < MAX_CALLS; calls += 1) {
      state = new LeavingState()
      world = new PaymentWorld(state)
      state.callsLeft = calls
      const draft = await world.draft().catch((error: unknown) => {
        expect(error).toMatchObject(AWAY)
        refused += 1
      })
      if (draft) break
      state.callsLeft = Number.POSITIVE_INFINITY
      expect((await world.draft()).unsignedHex).toBe(unharmed.unsignedHex)
    }
    expect(refused).toBeGreaterThan(3)
    expect(refused).toBeLessThan(MAX_CALLS)
  })

  it('a submit is refused before anything is sent, or sent and told as it is; the payment is one', async () => {
    const outcomes: string[] = []
    for (let calls = 0; calls < MAX_CALLS; calls += 1) {
      state = new LeavingState()
      world = new PaymentWorld(state)
      const signedHex = sign((await world.draft()).unsignedHex, ALICE)
      state.callsLeft = calls
      const { transaction, errors } = await world.submit(signedHex)
      const sent = world.chain.submitted.length
      if (sent === 0) expect(errors).toMatchObject([AWAY])
      else expect({ status: transaction?.status, errors }).toEqual({ status: 'PENDING', errors: [] })
      outcomes.push(sent === 0 ? 'refused' : 'sent')
      state.callsLeft = Number.POSITIVE_INFINITY
      expect(await world.submit(signedHex)).toMatchObject({ transaction: { status: 'PENDING' }, errors: [] })
      world.chain.commit()
      expect(world.chain.minedIds).toEqual([transaction?.id])
      expect((await world.submit(signedHex)).transaction?.status).toBe('COMMITTED')
      expect(new Set(world.chain.submitted).size).toBe(1)
    }
    expect(new Set(outcomes)).toEqual(new Set(['refused', 'sent']))
  })

  it('a submit that waits for the commit goes on waiting, and a status is refused, not guessed', async () => {
    const signedHex = sign((await world.draft()).unsignedHex, ALICE)
    world.clock.onSleep = () => {
      state.callsLeft = 0
    }
    const sent = await world.submit(signedHex, world.app, 'COMMITTED')
    expect(sent).toMatchObject({ transaction: { status: 'PENDING' }, errors: [] })
    await expect(world.status(sent.transaction?.id ?? '')).rejects.toMatchObject(AWAY)
  })
})
