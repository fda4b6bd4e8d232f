import { encodeTransaction } from '../../src/deso/codec.js'
import { publicKeyToBytes, ZERO_KEY } from '../../src/deso/keys.js'
import { signTransaction } from '../../src/deso/signature.js'
import type { Transaction } from '../../src/deso/transaction.js'
import type { Person } from './world.js'

/** Transactions that no gateway has made. */

/** A committed record: `<height>:<id>` is how others name it. */
export interface Ref {
  id: string
  text: string
}

export interface HandMade {
  type?: string
  value: string
  target: Person
  app?: Uint8Array
  outputs?: { to: Person; nanos: bigint }[]
  extra: Record<string, string>
}

/** A subscription to the plan `gold` at its price of 1,000 nanos, as it should be. */
export function subscriptionRecord(
  creator: Person,
  plan: Pick<Ref, 'text'>,
  extra: Record<string, string> = {},
): HandMade {
  return {
    value: 'gold',
    target: creator,
    outputs: [{ to: creator, nanos: 1000n }],
    extra: { V: '1', PLAN: plan.text, PERIODS: '1', PREV: '', ...extra },
  }
}

export type Parts = Pick<Transaction, 'metadata'> & Partial<Transaction>

/** What a transaction must carry to write this record. */
export function partsOf({ type, value, target, app, outputs = [], extra }: HandMade): Parts {
  return {
    metadata: {
      type: 'CREATE_USER_ASSOCIATION',
      targetPublicKey: publicKeyToBytes(target.publicKey),
      appPublicKey: app ?? ZERO_KEY,
      associationType: Buffer.from(type ?? 'DIG:SUBSCRIPTION'),
      associationValue: Buffer.from(value),
    },
    outputs: outputs.map(({ to, nanos }) => ({
      publicKey: publicKeyToBytes(to.publicKey),
      amountNanos: nanos,
    })),
    extraData: new Map(Object.entries(extra).map(([key, text]) => [key, Buffer.from(text)])),
  }
}

/** Signed by the signer's key; `partialId` makes the nonce. */
export function signedHex(signer: Person, parts: Parts, partialId: bigint): string {
  const transaction: Transaction = {
    outputs: [],
    publicKey: publicKeyToBytes(signer.publicKey),
    extraData: new Map(),
    signature: new Uint8Array(),
    version: 1n,
    feeNanos: 1_000n,
    nonce: { expirationBlockHeight: 80_000n, partialId },
    ...parts,
  }
  return Buffer.from(encodeTransaction(signTransaction(transaction, signer.privateKey))).toString('hex')
}

export function refOf(id: string, height: number): Ref {
  return { id, text: `${height}:${id}` }
}
