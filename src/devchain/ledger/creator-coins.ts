import type { Transaction } from '../../deso/transaction.js'
import { toHex } from '../go/hex.js'
import type { OtherFields } from '../wire/other-metadata.js'
import { goWords, moveCoins } from './coins.js'
import type { CreatorCoin, ProfileEntry } from './entries.js'
import type { Ledger } from './ledger.js'
import { RuleRefusal } from './rule-refusal.js'

/** Creator coins: bought and sold along a curve (core lib/block_view_creator_coin.go, lib/bancor.go). */
export const BUY = 0
export const SELL = 1

const NANOS_PER_UNIT = 1e9
const SLOPE = 0.003
const RESERVE_RATIO = 0.3333333
const BASIS_POINTS = 10_000n
/** Of each trade; burned. */
const TRADE_FEE_BASIS_POINTS = 1n
const CALL = '_connectCreatorCoin: '

/** What a trade comes to, before anybody has signed it. Throws RuleRefusal. */
export interface Trade {
  profile: ProfileEntry
  coin: CreatorCoin
  /** Coins that the trader gets, or gives. */
  coinNanos: bigint
  /** DESO that the trader gives, or gets. */
  desoNanos: bigint
  /** DESO for the creator. */
  founderNanos: bigint
}

export function priceTrade(ledger: Ledger, trader: string, fields: OtherFields<'CREATOR_COIN'>): Trade {
  const profile = ledger.profile(toHex(fields.ProfilePublicKey))
  if (!profile) throw refuse('RuleErrorCreatorCoinOperationOnNonexistentProfile')
  switch (fields.OperationType) {
    case BUY:
      return priceBuy(profile, trader, fields)
    case SELL:
      return priceSale(ledger, profile, trader, fields)
    default:
      throw refuse('RuleErrorCreatorCoinInvalidOperation')
  }
}

/** `spend` takes DESO from the trader, `earn` gives some. */
export function connectCreatorCoin(
  ledger: Ledger,
  { publicKey }: Transaction,
  fields: OtherFields<'CREATOR_COIN'>,
  height: number,
): void {
  const trader = toHex(publicKey)
  const { profile, coin, coinNanos, desoNanos, founderNanos } = priceTrade(ledger, trader, fields)
  const isBuy = fields.OperationType === BUY
  const { account } = profile
  const holders = moveCoins(
    ledger.creatorCoins,
    account,
    trader,
    isBuy ? coinNanos : -coinNanos,
    height,
    isBuy,
  )
  // The creator's own row is there from the first trade on.
  const ownHolders = moveCoins(ledger.creatorCoins, account, account, 0n, height)
  const holderCount = profile.creatorCoin.holderCount + holders + ownHolders
  ledger.putProfile({ ...profile, creatorCoin: { ...coin, holderCount } })
  ledger.credit(account, founderNanos)
  if (!isBuy) ledger.credit(trader, desoNanos)
}

function priceBuy(profile: ProfileEntry, trader: string, fields: OtherFields<'CREATOR_COIN'>): Trade {
  const { creatorCoin, account } = profile
  const desoNanos = fields.DeSoToSellNanos
  if (desoNanos === 0n) throw refuse('RuleErrorCreatorCoinBuyMustTradeNonZeroDeSo')
  const rest = withoutFee(desoNanos)
  if (rest === 0n) throw refuse('RuleErrorCreatorCoinBuyMustTradeNonZeroDeSoAfterFees')
  const founderNanos = trader === account ? 0n : (rest * profile.creatorBasisPoints) / BASIS_POINTS
  const lockedNanos = rest - founderNanos
  if (lockedNanos === 0n) {
    throw new RuleRefusal('RuleErrorCreatorCoinBuyMustTradeNonZeroDeSoAfterFounderReward')
  }
  const coinNanos = toMint(creatorCoin, lockedNanos)
  if (coinNanos < fields.MinCreatorCoinExpectedNanos) {
    throw refuse('RuleErrorCreatorCoinLessThanMinimumSetByUser')
  }
  const circulation = creatorCoin.circulation + coinNanos
  const watermark = circulation > creatorCoin.watermark ? circulation : creatorCoin.watermark
  const coin = { ...creatorCoin, lockedNanos: creatorCoin.lockedNanos + lockedNanos, circulation, watermark }
  return { profile, coin, coinNanos, desoNanos, founderNanos }
}

function priceSale(
  ledger: Ledger,
  profile: ProfileEntry,
  trader: string,
  fields: OtherFields<'CREATOR_COIN'>,
): Trade {
  const { creatorCoin, account } = profile
  const coinNanos = fields.CreatorCoinToSellNanos
  if (coinNanos === 0n) throw refuse('RuleErrorCreatorCoinSellMustTradeNonZeroCreatorCoin')
  const held = ledger.creatorCoins.amount(account, trader)
  if (coinNanos > held) {
    throw refuse(
      `CreatorCoin nanos being sold ${coinNanos} exceeds user's creator coin balance ${goWords(held)}: RuleErrorCreatorCoinSellInsufficientCoins`,
    )
  }
  const unlockedNanos = toUnlock(creatorCoin, coinNanos)
  const desoNanos = withoutFee(unlockedNanos)
  if (desoNanos < fields.MinDeSoExpectedNanos)
    throw refuse('RuleErrorDeSoReceivedIsLessThanMinimumSetBySeller')
  const coin = {
    ...creatorCoin,
    lockedNanos: creatorCoin.lockedNanos - unlockedNanos,
    circulation: creatorCoin.circulation - coinNanos,
  }
  return { profile, coin, coinNanos, desoNanos, founderNanos: 0n }
}

/** A polynomial where there is nothing yet, then Bancor's formula. */
function toMint({ circulation, lockedNanos }: CreatorCoin, addedNanos: bigint): bigint {
  const added = units(addedNanos)
  if (circulation === 0n || lockedNanos === 0n) {
    return nanos((added / (SLOPE * RESERVE_RATIO)) ** RESERVE_RATIO)
  }
  return nanos(units(circulation) * ((1 + added / units(lockedNanos)) ** RESERVE_RATIO - 1))
}

function toUnlock({ circulation, lockedNanos }: CreatorCoin, soldNanos: bigint): bigint {
  if (soldNanos === circulation) return lockedNanos
  const left = 1 - units(soldNanos) / units(circulation)
  return nanos(units(lockedNanos) * (1 - left ** (1 / RESERVE_RATIO)))
}

/** Nanos of DESO for one more coin. */
export function coinPriceNanos({ circulation, lockedNanos }: CreatorCoin): bigint {
  if (circulation === 0n) return 0n
  return nanos(units(lockedNanos) / (units(circulation) * RESERVE_RATIO))
}

function withoutFee(desoNanos: bigint): bigint {
  return (desoNanos * (BASIS_POINTS - TRADE_FEE_BASIS_POINTS)) / BASIS_POINTS
}

function units(amountNanos: bigint): number {
  return Number(amountNanos) / NANOS_PER_UNIT
}

function nanos(amount: number): bigint {
  return BigInt(Math.floor(amount * NANOS_PER_UNIT))
}

function refuse(rule: string): RuleRefusal {
  return new RuleRefusal(`${CALL}${rule}`)
}
