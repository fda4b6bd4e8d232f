import type { GoJson } from '../go/json-write.js'
import type { ProfileEntry } from '../ledger/entries.js'
import type { Ledger } from '../ledger/ledger.js'
import { keyText } from '../wire/base58-check.js'
import { decodeExtraData } from './extra-data.js'

/** ProfileEntryResponse (backend routes/user.go). There are no coins here, so their numbers are those of no coin. */
export function profileJson(ledger: Ledger, profile: ProfileEntry | undefined): GoJson {
  if (!profile) return null
  return {
    PublicKeyBase58Check: keyText(profile.account),
    Username: profile.username,
    Description: Buffer.from(profile.description).toString('utf8'),
    IsHidden: profile.isHidden,
    IsReserved: false,
    IsVerified: false,
    Comments: null,
    Posts: null,
    CoinEntry: {
      CreatorBasisPoints: profile.creatorBasisPoints,
      DeSoLockedNanos: 0,
      NumberOfHolders: 0,
      CoinsInCirculationNanos: 0,
      CoinWatermarkNanos: 0,
      BitCloutLockedNanos: 0,
    },
    DAOCoinEntry: {
      NumberOfHolders: 0,
      CoinsInCirculationNanos: '0x0',
      MintingDisabled: false,
      TransferRestrictionStatus: 'unrestricted',
      LockupTransferRestrictionStatus: 'unrestricted',
    },
    CoinPriceDeSoNanos: 0,
    CoinPriceBitCloutNanos: 0,
    UsersThatHODL: null,
    IsFeaturedTutorialWellKnownCreator: false,
    IsFeaturedTutorialUpAndComingCreator: false,
    ExtraData: decodeExtraData(profile.extraData),
    DESOBalanceNanos: ledger.balance(profile.account),
    BestExchangeRateDESOPerDAOCoin: 0,
  }
}
