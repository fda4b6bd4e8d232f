import { beforeEach, describe, expect, it } from 'vitest'
import { sign } from '../../test/support/fake-gateway.js'
import { ALICE, DESO, PaymentWorld, signAgain } from '../../test/support/payment-world.js'

let world: PaymentWorld

beforeEach(() => {
  world = new PaymentWorld()
})

describe('a submit whose answer is lost', () => {
  it('is found in the mempool', async () => {
    world.chain.faults.push('ANSWER_LOST')
    const { unsignedHex } = await world.draft()
    expect(await world.submit(sign(unsignedHex, ALICE))).toMatchObject({
      transaction: { status: 'PENDING' },
      errors: [],
    })
  })

  it('never says failed when it cannot know, and pays once when sent again', async () => {
    world.chain.faults.push('LOST_ON_THE_WAY')
    const { unsignedHex } = await world.draft()
    const lost = await world.submit(sign(unsignedHex, ALICE))
    expect(lost).toMatchObject({
      transaction: { status: 'PENDING' },
      errors: [{ code: 'NODE_UNAVAILABLE', retryable: true }],
    })
    expect((await world.status(lost.transaction?.id ?? '')).status).toBe('PENDING')
    const again = await world.submit(signAgain(unsignedHex, 1))
    expect(again).toMatchObject({
      transaction: { id: lost.transaction?.id, status: 'PENDING' },
      replayed: true,
      errors: [],
    })
    world.chain.commit()
    expect(world.chain.minedIds).toEqual([lost.transaction?.id])
  })

  it('is found in a block though it is in no mempool and no index', async () => {
    world.chain.isIndexed = false
    world.chain.faults.push('ANSWER_LOST')
    const { unsignedHex } = await world.draft()
    const { node } = world.chain
    const submitLost = node.submit
    node.submit = async (...args) => {
      try {
        return await submitLost(...args)
      } finally {
        world.chain.commit()
      }
    }
    expect(await world.submit(sign(unsignedHex, ALICE))).toMatchObject({
      transaction: { status: 'COMMITTED' },
      errors: [],
    })
  })

  it('with wait COMMITTED is followed to its end', async () => {
    world.chain.faults.push('ANSWER_LOST')
    const { unsignedHex } = await world.draft()
    const { node } = world.chain
    const found = node.transactionInfo
    node.transactionInfo = async () => null
    world.clock.onSleep = () => world.chain.mine(1)
    expect(await world.submit(sign(unsignedHex, ALICE), world.app, 'COMMITTED')).toMatchObject({
      transaction: { status: 'COMMITTED' },
      errors: [],
    })
    node.transactionInfo = found
  })

  it('while the node is down is answered from what is stored', async () => {
    const { unsignedHex } = await world.draft()
    const { transaction } = await world.submit(sign(unsignedHex, ALICE))
    world.chain.isDown = true
    expect(await world.submit(sign(unsignedHex, ALICE))).toMatchObject({ transaction, replayed: true })
    await expect(world.status(transaction?.id ?? '')).rejects.toMatchObject({ code: 'NODE_UNAVAILABLE' })
  })

  it('that found the node down before anything was sent says so, and nothing was sent', async () => {
    const { unsignedHex } = await world.draft()
    world.chain.isDown = true
    expect(await world.submit(sign(unsignedHex, ALICE))).toMatchObject({
      transaction: { status: 'UNKNOWN', signer: ALICE.publicKey },
      errors: [{ code: 'NODE_UNAVAILABLE', retryable: true }],
    })
    world.chain.isDown = false
    expect(await world.submit(sign(unsignedHex, ALICE))).toMatchObject({
      transaction: { status: 'PENDING' },
      replayed: false,
      errors: [],
    })
  })

  it('is sent again when a node has forgotten it', async () => {
    const { unsignedHex } = await world.draft()
    await world.submit(sign(unsignedHex, ALICE))
    world.chain.mempool = []
    world.clock.ms += 10_000
    expect(await world.submit(sign(unsignedHex, ALICE))).toMatchObject({
      transaction: { status: 'PENDING' },
      replayed: true,
      errors: [],
    })
    expect(world.chain.mempool).toHaveLength(1)
  })

  it('and refused when sent again after a node had taken it, may still be mined: it stays PENDING', async () => {
    const { unsignedHex } = await world.draft()
    await world.submit(sign(unsignedHex, ALICE))
    world.chain.faults.push({ rule: 'RuleErrorInsufficientBalance', kind: 'INSUFFICIENT_BALANCE' })
    world.clock.ms += 10_000
    expect(await world.submit(sign(unsignedHex, ALICE))).toMatchObject({
      transaction: { status: 'PENDING' },
      errors: [],
    })
    world.chain.commit()
    expect(await world.submit(sign(unsignedHex, ALICE))).toMatchObject({
      transaction: { status: 'COMMITTED' },
    })
  })
})

describe('a gateway that dies', () => {
  class Death extends Error {}

  /** Lets every write in turn be the last that happens, then starts again on what was written. */
  it('at any write between draft and commit loses nothing and pays once', async () => {
    for (let survived = 0; ; survived += 1) {
      const dying = new PaymentWorld()
      let left = survived
      dying.state.onWrite = () => {
        if (left === 0) throw new Death()
        left -= 1
      }
      const story = async () => {
        const gateway = dying.anotherGateway({ sharesState: true })
        const { unsignedHex } = await dying.draft(DESO, 'key', gateway)
        await dying.submit(sign(unsignedHex, ALICE), gateway)
        dying.chain.commit()
        return dying.submit(sign(unsignedHex, ALICE), gateway)
      }
      const hasDied = await story().then(
        () => false,
        (error: unknown) => {
          if (error instanceof Death) return true
          throw error
        },
      )
      dying.state.onWrite = () => {}
      const result = await story()
      expect(result).toMatchObject({ transaction: { status: 'COMMITTED' }, errors: [] })
      expect(dying.chain.minedIds).toHaveLength(1)
      if (!hasDied) break
      expect(survived).toBeLessThan(20)
    }
  })

  it('between sending and hearing the answer sends the same bytes again', async () => {
    const { unsignedHex } = await world.draft()
    const { node } = world.chain
    const { submit: sendNow } = node
    node.submit = async (hex) => {
      await sendNow(hex)
      throw new Death()
    }
    await expect(world.submit(sign(unsignedHex, ALICE))).rejects.toThrow(Death)
    node.submit = sendNow
    const restarted = world.anotherGateway({ sharesState: true })
    expect(await world.submit(signAgain(unsignedHex, 5), restarted)).toMatchObject({
      transaction: { status: 'PENDING' },
      replayed: true,
      errors: [],
    })
    world.chain.commit()
    expect(new Set(world.chain.submitted).size).toBe(1)
    expect(world.chain.minedIds).toHaveLength(1)
  })
})
