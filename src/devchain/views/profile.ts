import type { GoJson } from '../go/json-write.js'
import { coinPriceNanos } from '../ledger/creator-coins.js'
import { type ProfileEntry, TRANSFER_RESTRICTIONS } from '../ledger/entries.js'
import type { Ledger } from '../ledger/ledger.js'
import { keyText } from '../wire/base58-check.js'
import { decodeExtraData } from './extra-data.js'

/** ProfileEntryResponse (backend routes/user.go). */
export function profileJson(ledger: Ledger, profile: ProfileEntry | undefined): GoJson {
  if (!profile) return null
  const price = coinPriceNanos(profile.creatorCoin)
  return {
    PublicKeyBase58Check: keyText(profile.account),
    Username: profile.username,
    Description: Buffer.from(profile.description).toString('utf8'),
    IsHidden: profile.isHidden,
    IsReserved: false,
    IsVerified: false,
    Comments: null,
    Posts: null,
    CoinEntry: creatorCoinJson(profile),
    DAOCoinEntry: daoCoinJson(profile),
    CoinPriceDeSoNanos: price,
    CoinPriceBitCloutNanos: price,
    UsersThatHODL: null,
    IsFeaturedTutorialWellKnownCreator: false,
    IsFeaturedTutorialUpAndComingCreator: false,
    ExtraData: decodeExtraData(profile.extraData),
    DESOBalanceNanos: ledger.balance(profile.account),
    BestExchangeRateDESOPerDAOCoin: 0,
  }
}

function creatorCoinJson({ creatorBasisPoints, creatorCoin }: ProfileEntry): GoJson {
  return {
    CreatorBasisPoints: creatorBasisPoints,
    DeSoLockedNanos: creatorCoin.lockedNanos,
    NumberOfHolders: creatorCoin.holderCount,
    CoinsInCirculationNanos: creatorCoin.circulation,
    CoinWatermarkNanos: creatorCoin.watermark,
    BitCloutLockedNanos: creatorCoin.lockedNanos,
  }
}

function daoCoinJson({ daoCoin }: ProfileEntry): GoJson {
  return {
    NumberOfHolders: daoCoin.holderCount,
    CoinsInCirculationNanos: `0x${daoCoin.circulation.toString(16)}`,
    MintingDisabled: daoCoin.isMintingDisabled,
    TransferRestrictionStatus: TRANSFER_RESTRICTIONS[daoCoin.transferRestriction] ?? '',
    LockupTransferRestrictionStatus: 'unrestricted',
  }
}
