import { beforeEach, describe, expect, it } from 'vitest'
import { FakeChain } from '../../../test/support/fake-chain.js'
import { fakeGateway, request, user } from '../../../test/support/fake-gateway.js'
import type { AppContext } from '../../context.js'
import { decodeTransaction } from '../../deso/codec.js'
import { createTransaction } from '../create-transaction.js'
import type { UpdateProfileInput } from './update-profile.js'

const ALICE = user(1)
const BOB = user(2)
const PICTURE = 'data:image/png;base64,iVBORw0KGgo='

let chain: FakeChain
let app: AppContext

beforeEach(() => {
  chain = new FakeChain()
  chain.fund(ALICE.publicKey, 1_000_000_000n)
  app = fakeGateway({ chain })
})

function update(input: Partial<UpdateProfileInput>) {
  const updateProfile = { idempotencyKey: 'key', ...input }
  return createTransaction(request(app, ALICE.publicKey), { updateProfile })
}

async function metadataOf(input: Partial<UpdateProfileInput>) {
  const { unsignedHex } = await update(input)
  return decodeTransaction(Buffer.from(unsignedHex, 'hex')).metadata
}

describe('a profile', () => {
  it('is made as front ends make it (recording c-profiles, step 1)', async () => {
    expect(await metadataOf({ username: 'Erin_RT', description: 'I am Erin_RT' })).toEqual({
      type: 'UPDATE_PROFILE',
      profilePublicKey: new Uint8Array(),
      newUsername: new Uint8Array(Buffer.from('Erin_RT')),
      newDescription: new Uint8Array(Buffer.from('I am Erin_RT')),
      newProfilePic: new Uint8Array(),
      newCreatorBasisPoints: 10_000n,
      newStakeMultipleBasisPoints: 12_500n,
      isHidden: false,
    })
  })

  it('that is the first needs a username', async () => {
    await expect(update({ description: 'x' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      path: ['input', 'updateProfile', 'username'],
    })
  })

  it('that is the first costs its fee, which is in spend and must be there', async () => {
    chain.createProfileFeeNanos = 10_000_000n
    const { preview } = await update({ username: 'alice' })
    expect(preview.spendNanos).toBe(10_000_000n + preview.feeNanos)
    chain.balances.set(ALICE.publicKey, 10_000_000n)
    await expect(update({ username: 'alice', idempotencyKey: 'other' })).rejects.toMatchObject({
      code: 'INSUFFICIENT_FUNDS',
      available: 10_000_000n,
    })
  })

  it('keeps what is not given, basis points and visibility too', async () => {
    chain.createProfileFeeNanos = 10_000_000n
    chain.profiles.set(ALICE.publicKey, {
      username: 'alice',
      description: 'old',
      creatorBasisPoints: 2_500n,
      isHidden: true,
    })
    expect(await metadataOf({ picture: PICTURE })).toMatchObject({
      newUsername: new Uint8Array(),
      newDescription: new Uint8Array(),
      newProfilePic: new Uint8Array(Buffer.from(PICTURE)),
      newCreatorBasisPoints: 2_500n,
      isHidden: true,
    })
    const { preview } = await update({ picture: PICTURE })
    expect(preview.spendNanos).toBe(preview.feeNanos)
  })

  it('may keep its own username in another case, but not take that of somebody else', async () => {
    chain.profiles.set(ALICE.publicKey, {
      username: 'alice',
      description: '',
      creatorBasisPoints: 0n,
      isHidden: false,
    })
    chain.profiles.set(BOB.publicKey, {
      username: 'bob',
      description: '',
      creatorBasisPoints: 0n,
      isHidden: false,
    })
    expect((await update({ username: 'ALICE' })).kind).toBe('UPDATE_PROFILE')
    await expect(update({ username: 'BoB', idempotencyKey: 'other' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      path: ['input', 'updateProfile', 'username'],
    })
  })

  it('cannot have its description emptied, as the chain would keep it', async () => {
    chain.profiles.set(ALICE.publicKey, {
      username: 'alice',
      description: 'old',
      creatorBasisPoints: 0n,
      isHidden: false,
    })
    await expect(update({ description: '' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      path: ['input', 'updateProfile', 'description'],
    })
  })

  it.each([
    ['nothing', {}],
    ['an empty username', { username: '' }],
    ['a username with a dash', { username: 'a-b' }],
    ['a username of 26 characters', { username: 'a'.repeat(26) }],
    ['a username of other letters', { username: 'é' }],
    ['a username like a key', { username: 'tBCabc' }],
    ['a description of 20,001 bytes', { username: 'alice', description: 'x'.repeat(20_001) }],
    ['a description that is no Unicode', { username: 'alice', description: '\ud800' }],
    ['a picture that is no data URL', { username: 'alice', picture: 'https://example.com/p.png' }],
    ['a picture that is no image', { username: 'alice', picture: 'data:text/html;base64,AAAA' }],
    [
      'a picture of 20,001 characters',
      { username: 'alice', picture: `data:image/png;base64,${'A'.repeat(20_001 - 22)}` },
    ],
    [
      'all of it too big for one transaction',
      {
        username: 'alice',
        description: 'x'.repeat(20_000),
        picture: `data:image/png;base64,${'A'.repeat(8_000)}`,
      },
    ],
  ])('with %s is refused', async (_, input) => {
    await expect(update(input)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })
})
