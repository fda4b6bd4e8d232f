import { encodeTransaction } from '../../deso/codec.js'
import { sha256d, transactionId } from '../../deso/signature.js'
import type { Transaction, TransactionOutput } from '../../deso/transaction.js'
import { BLOCK_REWARD_TYPE } from '../../deso/transaction-types.js'
import { fromHex, toHex } from '../go/hex.js'
import type { Block, BlockTransaction } from './block.js'

/**
 * The transaction that begins each block: version 0, unsigned, without owner. It pays the miner, and it is how funds
 * come into being, so that all money has an origin in a block. Its extra nonce makes the id unique: what precedes the
 * block, and its height.
 */
export interface Mint {
  /** 33 bytes as hex. */
  account: string
  nanos: bigint
}

/** The key that real regtest nodes of DeSo mine to. */
export const MINER = '02397b1a80eba0a60644650af13c2a6ffdfbbf38830cafc34937a75ddd44b8ce52'
const EXTRA_NONCE_BYTES = 8

export interface RewardedBlock {
  previousHash: string
  height: number
  /** Of the transactions in it. */
  feesNanos: readonly bigint[]
  mints: readonly Mint[]
}

export function blockReward({ previousHash, height, feesNanos, mints }: RewardedBlock): BlockTransaction {
  const heightBytes = Buffer.alloc(8)
  heightBytes.writeBigUInt64BE(BigInt(height))
  const extraNonce = sha256d(Buffer.concat([fromHex(previousHash), heightBytes])).slice(0, EXTRA_NONCE_BYTES)
  const outputs: TransactionOutput[] = [
    { publicKey: fromHex(MINER), amountNanos: minersShare(feesNanos) },
    ...mints.map(({ account, nanos }) => ({ publicKey: fromHex(account), amountNanos: nanos })),
  ]
  const transaction: Transaction = {
    outputs,
    metadata: {
      type: 'OPAQUE',
      typeNumber: BLOCK_REWARD_TYPE,
      bytes: Uint8Array.of(EXTRA_NONCE_BYTES, ...extraNonce),
    },
    publicKey: new Uint8Array(),
    extraData: new Map(),
    signature: new Uint8Array(),
    version: 0n,
    feeNanos: 0n,
    nonce: { expirationBlockHeight: 0n, partialId: 0n },
  }
  const raw = encodeTransaction(transaction)
  return { id: transactionId(raw), raw, transaction }
}

/** The rest of a fee is burned (core lib/block_view_bmf.go): the logarithm goes to who made the block. */
function minersShare(feesNanos: readonly bigint[]): bigint {
  return feesNanos
    .filter((fee) => fee > 0n)
    .reduce((sum, fee) => sum + BigInt(fee.toString(2).length - 1), 0n)
}

/** The money that a block made. */
export function mintsOf({ transactions }: Block): Mint[] {
  const outputs = transactions[0]?.transaction.outputs.slice(1) ?? []
  return outputs.map(({ publicKey, amountNanos }) => ({ account: toHex(publicKey), nanos: amountNanos }))
}
