import type { GoJson } from '../go/json-write.js'
import type { NodeView } from '../node-view.js'
import { TYPE_NAMES } from '../wire/transaction-types.js'
import { KNOWN_NODES } from './known-nodes.js'

/** Answer of get-app-state (backend routes/base.go): a node that sells nothing, pays nothing and asks no fee of its own. */
export function appStateJson({ chain, params }: NodeView): GoJson {
  return {
    MinSatoshisBurnedForProfileCreation: 50_000,
    BlockHeight: chain.tip.height,
    IsTestnet: true,
    HasStarterDeSoSeed: true,
    HasTwilioAPIKey: false,
    CreateProfileFeeNanos: params.createProfileFeeNanos,
    CompProfileCreation: false,
    DiamondLevelMap: diamondLevels(),
    HasWyreIntegration: false,
    HasJumioIntegration: false,
    BuyWithETH: false,
    USDCentsPerDeSoExchangeRate: 0,
    USDCentsPerDeSoCoinbase: 0,
    USDCentsPerDeSoBlockchainDotCom: 0,
    JumioDeSoNanos: 2n ** 63n,
    JumioUSDCents: 0,
    JumioKickbackUSDCents: 0,
    CountrySignUpBonus: {
      AllowCustomReferralAmount: false,
      ReferralAmountOverrideUSDCents: 0,
      AllowCustomKickbackAmount: false,
      KickbackAmountOverrideUSDCents: 0,
    },
    CaptchaDeSoNanos: 0,
    DefaultFeeRateNanosPerKB: params.minimumNetworkFeeNanosPerKb,
    TransactionFeeMap: new Map(TYPE_NAMES.map((name) => [name, null])),
    BuyETHAddress: '',
    Nodes: new Map(KNOWN_NODES.map(([Name, URL, Owner], index) => [String(index + 1), { Name, URL, Owner }])),
    USDCentsPerBitCloutExchangeRate: 0,
    JumioBitCloutNanos: 2n ** 63n,
  }
}

/** Nanos of a diamond of each level. */
function diamondLevels(): GoJson {
  const levels = [1, 2, 3, 4, 5, 6, 7, 8]
  return new Map(levels.map((level) => [String(level), 5000n * 10n ** BigInt(level)]))
}
