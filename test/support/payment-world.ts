import { secp256k1 } from '@noble/curves/secp256k1.js'
import type { AppContext } from '../../src/context.js'
import { decodeTransaction, encodeTransaction, unsignedBytes } from '../../src/deso/codec.js'
import { sha256d, signTransaction } from '../../src/deso/signature.js'
import type { Transaction } from '../../src/deso/transaction.js'
import { createTransaction } from '../../src/transaction/create-transaction.js'
import type { Draft } from '../../src/transaction/draft-request.js'
import { getTransaction } from '../../src/transaction/status.js'
import { submitTransaction } from '../../src/transaction/submit.js'
import type { SubmitResult, TransactionView } from '../../src/transaction/view.js'
import { FakeChain } from './fake-chain.js'
import { fakeGateway, MemoryState, request, TestClock, user } from './fake-gateway.js'

export const ALICE = user(1)
export const BOB = user(2)
export const DESO = 1_000_000_000n

/** Alice has 10 DESO on a chain in memory, and pays Bob through a gateway. */
export class PaymentWorld {
  readonly chain = new FakeChain()
  readonly clock = new TestClock()
  readonly app: AppContext

  constructor(readonly state = new MemoryState()) {
    this.app = this.anotherGateway({ sharesState: true })
    this.chain.fund(ALICE.publicKey, 10n * DESO)
  }

  /** Of the same seed, on the same chain. */
  anotherGateway({ sharesState = false } = {}): AppContext {
    const { chain, clock, state } = this
    return fakeGateway({ chain, clock, ...(sharesState && { state }) })
  }

  draft(amountNanos = DESO, idempotencyKey = 'key', gateway = this.app): Promise<Draft> {
    const sendDeso = { to: BOB.publicKey, amountNanos, signer: ALICE.publicKey, idempotencyKey }
    return createTransaction(request(gateway), { sendDeso })
  }

  submit(signedHex: string, gateway = this.app, wait?: 'COMMITTED'): Promise<SubmitResult> {
    return submitTransaction(request(gateway), { signedHex }, wait)
  }

  status(id: string, gateway = this.app): Promise<TransactionView> {
    return getTransaction(request(gateway), id)
  }
}

/** Other nonces k give other signatures, as a wallet that does not follow RFC 6979 makes one each time. */
export function signAgain(unsignedHex: string, times: number): string {
  const transaction = decode(unsignedHex)
  const digest = sha256d(unsignedBytes(transaction))
  const extraEntropy = new Uint8Array(32).fill(times)
  const signature = secp256k1.sign(digest, ALICE.privateKey, { prehash: false, format: 'der', extraEntropy })
  return hexOf({ ...transaction, signature })
}

export function decode(transactionHex: string): Transaction {
  return decodeTransaction(Buffer.from(transactionHex, 'hex'))
}

export function hexOf(transaction: Transaction): string {
  return Buffer.from(encodeTransaction(transaction)).toString('hex')
}

/** Alice's signature, as any wallet makes it. */
export function signed(transaction: Transaction): string {
  return hexOf(signTransaction(transaction, ALICE.privateKey))
}
