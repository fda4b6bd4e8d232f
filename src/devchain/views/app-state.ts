import { TYPE_NAMES } from '../../deso/transaction-types.js'
import { toHex } from '../go/hex.js'
import type { GoJson } from '../go/json-write.js'
import { DIAMOND_LEVELS, diamondNanos } from '../ledger/applause.js'
import type { NodeView } from '../node-view.js'
import { keyText } from '../wire/base58-check.js'
import { KNOWN_NODES } from './known-nodes.js'
import { profileJson } from './profile.js'

/** Answer of get-app-state (backend routes/base.go): a node that sells nothing, pays nothing and asks no fee of its own. */
export function appStateJson(node: NodeView): GoJson {
  const { chain, params } = node
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
    TransactionFeeMap: transactionFeeMap(node),
    BuyETHAddress: '',
    Nodes: new Map(KNOWN_NODES.map(([Name, URL, Owner], index) => [String(index + 1), { Name, URL, Owner }])),
    USDCentsPerBitCloutExchangeRate: 0,
    JumioBitCloutNanos: 2n ** 63n,
  }
}

/** What the node's operator takes of each type; null: nothing. */
export function transactionFeeMap({ chain: { ledger }, operatorFees }: NodeView): GoJson {
  const feesOf = (name: string) => {
    const fees = operatorFees.get(name) ?? []
    return fees.map(({ publicKey, amountNanos }) => ({
      PublicKeyBase58Check: keyText(toHex(publicKey)),
      ProfileEntryResponse: profileJson(ledger, ledger.profile(toHex(publicKey))),
      AmountNanos: amountNanos,
    }))
  }
  return new Map(TYPE_NAMES.map((name) => [name, feesOf(name).length > 0 ? feesOf(name) : null]))
}

function diamondLevels(): GoJson {
  const levels = Array.from({ length: DIAMOND_LEVELS }, (_, index) => index + 1)
  return new Map(levels.map((level) => [String(level), diamondNanos(level)]))
}
