import type { GoJson } from '../go/json-write.js'
import type { CoinBalance } from '../ledger/coin-rows.js'
import type { Ledger } from '../ledger/ledger.js'
import { keyText } from '../wire/base58-check.js'
import { profileJson } from './profile.js'

/** BalanceEntryResponse (backend routes/user.go); `profileOf`: whose profile it shows. */
export function coinBalanceJson(ledger: Ledger, balance: CoinBalance, profileOf: string): GoJson {
  const { creator, holder, amount, hasPurchased } = balance
  return {
    HODLerPublicKeyBase58Check: keyText(holder),
    CreatorPublicKeyBase58Check: keyText(creator),
    HasPurchased: hasPurchased,
    // The lower 64 bits, which older clients read.
    BalanceNanos: BigInt.asUintN(64, amount),
    BalanceNanosUint256: `0x${amount.toString(16)}`,
    NetBalanceInMempool: 0,
    ProfileEntryResponse: profileJson(ledger, ledger.profile(profileOf)),
    HodlerDESOBalanceNanos: ledger.balance(holder),
  }
}
