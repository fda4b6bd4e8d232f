/**
 * The network's numbers (core lib/constants.go; what get-all-global-params answered on the recorded chain). They
 * can be set, to meet networks with a fee minimum, a nonce window or a profile fee.
 */
export interface ChainParams {
  minimumNetworkFeeNanosPerKb: bigint
  /** Blocks that a nonce may lie ahead; 0: any. */
  maxNonceExpirationOffset: bigint
  createProfileFeeNanos: bigint
  /** A block takes transactions until it has more bytes than this. */
  softMaxBlockBytes: number
}

export const DEFAULT_PARAMS: ChainParams = {
  minimumNetworkFeeNanosPerKb: 0n,
  maxNonceExpirationOffset: 0n,
  createProfileFeeNanos: 0n,
  // A node has 16,000; this lets a developer's burst through in few blocks.
  softMaxBlockBytes: 128_000,
}

/** Offset of constructed nonces where the network sets none. */
export const DEFAULT_NONCE_OFFSET = 86_400n
export const MAX_TRANSACTION_BYTES = 25_000
/** Lowest rate that the mempool takes, and the end of its first bucket. */
export const MEMPOOL_MIN_RATE = 100n
export const MEMPOOL_MIN_BUCKET = '[100, 109]'
/** Above this submit-transaction refuses, to protect its callers. */
export const MAX_FEE_RATE = 100_000_000n
/** 30 million DeSo: no output, and no sum of them, may be more. */
export const MAX_NANOS = 30_000_000n * 1_000_000_000n
export const MAX_USERNAME_BYTES = 25
export const MAX_DESCRIPTION_BYTES = 20_000
export const MAX_PROFILE_PIC_BYTES = 20_000
export const MAX_CREATOR_BASIS_POINTS = 10_000n
export const MIN_STAKE_MULTIPLE = 10_000n
export const MAX_STAKE_MULTIPLE = 100_000n
/** Of the JSON that submit-post makes; consensus knows no limit but the transaction's. */
export const MAX_BODY_BYTES = 50_000
export const MAX_ASSOCIATION_TYPE_BYTES = 64
export const MAX_ASSOCIATION_VALUE_BYTES = 256

/** Nanos per 1,000 bytes, rounded down, as a node reckons. */
export function feeRate(feeNanos: bigint, size: number): bigint {
  return (feeNanos * 1000n) / BigInt(size)
}
