import { beforeEach, describe, expect, it } from 'vitest'
import { DESO, PaymentWorld, signAgain } from '../../test/support/payment-world.js'

let world: PaymentWorld

beforeEach(() => {
  world = new PaymentWorld()
})

describe('two gateways that share nothing but the seed', () => {
  it('pay once: the second signature is answered with the form that was mined', async () => {
    const other = world.anotherGateway()
    const [one, same] = [await world.draft(), await world.draft(DESO, 'key', other)]
    const first = await world.submit(signAgain(one.unsignedHex, 1))
    world.chain.commit()
    world.chain.mine(40)
    const second = await world.submit(signAgain(same.unsignedHex, 2), other)
    expect(second).toMatchObject({
      transaction: { id: first.transaction?.id, status: 'COMMITTED' },
      replayed: true,
      errors: [],
    })
    expect(world.chain.minedIds).toHaveLength(1)
  })

  it('answer PENDING while the other’s form waits in an uncommitted block, then that form', async () => {
    const other = world.anotherGateway()
    const { unsignedHex } = await world.draft()
    await world.draft(DESO, 'key', other)
    const first = await world.submit(signAgain(unsignedHex, 1))
    world.chain.mine(1)
    const second = await world.submit(signAgain(unsignedHex, 2), other)
    expect(second).toMatchObject({ transaction: { status: 'PENDING' }, replayed: true, errors: [] })
    world.chain.mine(2)
    expect(await world.status(second.transaction?.id ?? '', other)).toMatchObject({
      id: first.transaction?.id,
      status: 'COMMITTED',
    })
  })

  it('answer PENDING where the other’s form waits in the mempool and is not outbid', async () => {
    const other = world.anotherGateway()
    const { unsignedHex } = await world.draft()
    await world.draft(DESO, 'key', other)
    const first = await world.submit(signAgain(unsignedHex, 1))
    world.chain.faults.push({ rule: 'MempoolFailedReplaceByHigherFee', kind: 'NONCE_IN_MEMPOOL' })
    const second = await world.submit(signAgain(unsignedHex, 2), other)
    expect(second).toMatchObject({ transaction: { status: 'PENDING' }, replayed: true, errors: [] })
    world.chain.commit()
    expect(await world.status(second.transaction?.id ?? '', other)).toMatchObject({
      id: first.transaction?.id,
      status: 'COMMITTED',
    })
    world.chain.mine(2_700)
    expect((await world.status(second.transaction?.id ?? '', other)).status).toBe('COMMITTED')
  })

  it('that share the state as well send one form', async () => {
    const other = world.anotherGateway({ sharesState: true })
    const { unsignedHex } = await world.draft()
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        world.submit(signAgain(unsignedHex, index), index % 2 ? world.app : other),
      ),
    )
    expect(new Set(results.map(({ transaction }) => transaction?.id)).size).toBe(1)
    expect(new Set(world.chain.submitted).size).toBe(1)
    expect(results.flatMap(({ errors }) => errors)).toEqual([])
  })
})
