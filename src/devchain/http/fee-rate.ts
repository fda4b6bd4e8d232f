import { type ChainParams, MEMPOOL_MIN_RATE } from '../ledger/params.js'

/** Nanos per 1,000 bytes that a node asks for: there is never a queue here, so the least that it takes. */
export function estimateFeeRate(params: ChainParams, atLeast: bigint): bigint {
  return [params.minimumNetworkFeeNanosPerKb, MEMPOOL_MIN_RATE, atLeast].reduce((one, other) =>
    one > other ? one : other,
  )
}
