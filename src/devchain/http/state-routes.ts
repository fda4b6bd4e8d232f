import { fromHex } from '../go/hex.js'
import { uint64 } from '../go/json-fields.js'
import type { GoJson } from '../go/json-write.js'
import { MAX_TRANSACTION_BYTES } from '../ledger/params.js'
import { appStateJson } from '../views/app-state.js'
import { estimateFeeRate } from './fee-rate.js'
import { NodeError, RawBody } from './reply.js'
import { decodeBody } from './request.js'
import type { Route } from './routes.js'

/** The state of node and network. */
export const stateRoutes: Route[] = [
  { method: 'GET', path: '/api/v0/health-check', handle: () => new RawBody('200') },
  {
    method: 'GET',
    path: '/api/v0/get-committed-tip-block-info',
    handle({ chain, latestView }) {
      const { height, hash } = chain.committedTip
      return { Height: height, Hash: [...fromHex(hash)], HashHex: hash, LatestView: latestView }
    },
  },
  {
    method: 'POST',
    path: '/api/v0/txn-construction-params',
    handle(node, request) {
      const { MinFeeRateNanosPerKB } = decodeBody(
        request,
        'GetTxnConstructionParamsRequest',
        { MinFeeRateNanosPerKB: uint64 },
        'GetTxnConstructionParams: Problem parsing request body',
      )
      return {
        FeeRateNanosPerKB: estimateFeeRate(node.params, MinFeeRateNanosPerKB),
        BlockHeight: node.chain.tip.height,
      }
    },
  },
  { method: 'GET', path: '/api/v0/get-exchange-rate', handle: () => NO_PRICES },
  {
    method: 'GET',
    path: '/api/v0/get-all-global-params',
    handle: ({ params, blockMs }) => ({
      USDCentsPerBitcoin: 0,
      CreateProfileFeeNanos: params.createProfileFeeNanos,
      CreateNFTFeeNanos: 0,
      MaxCopiesPerNFT: 0,
      MinimumNetworkFeeNanosPerKB: params.minimumNetworkFeeNanosPerKb,
      MaxNonceExpirationBlockHeightOffset: params.maxNonceExpirationOffset,
      ...PROOF_OF_STAKE,
      MaxBlockSizeBytesPoS: 2 * params.softMaxBlockBytes,
      SoftMaxBlockSizeBytesPoS: params.softMaxBlockBytes,
      MaxTxnSizeBytesPoS: MAX_TRANSACTION_BYTES,
      BlockProductionIntervalMillisecondsPoS: blockMs,
      TimeoutIntervalMillisecondsPoS: 500,
    }),
  },
  {
    method: 'POST',
    path: '/api/v0/get-global-params',
    handle: ({ params }) => ({
      USDCentsPerBitcoin: 0,
      CreateProfileFeeNanos: params.createProfileFeeNanos,
      MinimumNetworkFeeNanosPerKB: params.minimumNetworkFeeNanosPerKb,
      CreateNFTFeeNanos: 0,
      MaxCopiesPerNFT: 0,
      StakeLockupEpochDuration: PROOF_OF_STAKE.StakeLockupEpochDuration,
      ValidatorJailEpochDuration: PROOF_OF_STAKE.ValidatorJailEpochDuration,
      LeaderScheduleMaxNumValidators: PROOF_OF_STAKE.LeaderScheduleMaxNumValidators,
      ValidatorSetMaxNumValidators: PROOF_OF_STAKE.ValidatorSetMaxNumValidators,
      EpochDurationNumBlocks: PROOF_OF_STAKE.EpochDurationNumBlocks,
      JailInactiveValidatorGracePeriodEpochs: PROOF_OF_STAKE.JailInactiveValidatorGracePeriodEpochs,
    }),
  },
  {
    method: 'GET',
    path: '/api/v0/get-ingress-cookie',
    handle() {
      throw new NodeError(
        400,
        'GetIngressCookie: Error getting ingress cookie: http: named cookie not present',
      )
    },
  },
  {
    method: 'POST',
    path: '/api/v0/get-app-state',
    handle(node, request) {
      decodeBody(request, 'GetAppStateRequest', {}, 'GetAppState: Problem parsing request body')
      return appStateJson(node)
    },
  },
]

/** What a node without price feeds says; odd, but so recorded. */
const NO_PRICES: GoJson = {
  SatoshisPerDeSoExchangeRate: 0,
  USDCentsPerBitcoinExchangeRate: 3_000_000,
  NanosPerETHExchangeRate: 2n ** 63n,
  USDCentsPerETHExchangeRate: 0,
  NanosSold: 6_000_000_000_000_000n,
  USDCentsPerDeSoExchangeRate: 0,
  USDCentsPerDeSoReserveExchangeRate: 0,
  BuyDeSoFeeBasisPoints: 0,
  USDCentsPerDeSoBlockchainDotCom: 0,
  USDCentsPerDeSoCoinbase: 0,
  SatoshisPerBitCloutExchangeRate: 0,
  USDCentsPerBitCloutExchangeRate: 0,
  USDCentsPerBitCloutReserveExchangeRate: 0,
}

/** Without meaning here; as a regtest node has them. */
const PROOF_OF_STAKE = {
  StakeLockupEpochDuration: 3,
  ValidatorJailEpochDuration: 3,
  LeaderScheduleMaxNumValidators: 100,
  ValidatorSetMaxNumValidators: 1000,
  StakingRewardsMaxNumStakes: 10_000,
  StakingRewardsAPYBasisPoints: 10_000_000,
  EpochDurationNumBlocks: 5,
  JailInactiveValidatorGracePeriodEpochs: 3,
  MaximumVestedIntersectionsPerLockupTransaction: 1000,
  FeeBucketGrowthRateBasisPoints: 1000,
  BlockTimestampDriftNanoSecs: 600_000_000_000,
  MempoolMaxSizeBytes: 3_221_225_472,
  MempoolFeeEstimatorNumMempoolBlocks: 1,
  MempoolFeeEstimatorNumPastBlocks: 50,
  MempoolCongestionFactorBasisPoints: 9000,
  MempoolPastBlocksCongestionFactorBasisPoints: 9000,
  MempoolPriorityPercentileBasisPoints: 1000,
  MempoolPastBlocksPriorityPercentileBasisPoints: 9000,
} as const
