import type { GoJson } from '../go/json-write.js'
import type { Ledger } from '../ledger/ledger.js'
import { decodeKey } from '../wire/base58-check.js'
import { profileJson } from './profile.js'

/** A row of get-users-stateless (backend routes/user.go, updateUserFieldsStateless). */
export interface UserOptions {
  skipForLeaderboard: boolean
  includeBalance: boolean
}

/** What is no key is echoed with empty fields. */
export function userJson(ledger: Ledger, key: string, options: UserOptions): GoJson {
  const account = accountOrUndefined(key)
  const isFull = account !== undefined && !options.skipForLeaderboard
  return {
    PublicKeyBase58Check: key,
    ProfileEntryResponse: account === undefined ? null : profileJson(ledger, ledger.profile(account)),
    Utxos: null,
    BalanceNanos: account !== undefined && options.includeBalance ? ledger.balance(account) : 0,
    UnminedBalanceNanos: 0,
    PublicKeysBase58CheckFollowedByUser: isFull ? [] : null,
    UsersYouHODL: isFull ? [] : null,
    UsersWhoHODLYouCount: 0,
    HasPhoneNumber: false,
    CanCreateProfile: isFull,
    BlockedPubKeys: isFull ? {} : null,
    HasEmail: false,
    EmailVerified: false,
    JumioStartTime: 0,
    JumioFinishedTime: 0,
    JumioVerified: false,
    JumioReturned: false,
    IsAdmin: account !== undefined,
    IsSuperAdmin: account !== undefined,
    IsBlacklisted: false,
    IsGraylisted: false,
    TutorialStatus: '',
    CreatorCoinsPurchasedInTutorial: 0,
    MustCompleteTutorial: false,
  }
}

function accountOrUndefined(key: string): string | undefined {
  try {
    return decodeKey(key)
  } catch {
    return undefined
  }
}
