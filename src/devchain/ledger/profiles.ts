import { isOnCurve } from '../../deso/keys.js'
import type { Transaction, UpdateProfile } from '../../deso/transaction.js'
import { toHex } from '../go/hex.js'
import { keyTextBoth } from '../wire/base58-check.js'
import { mergeExtraData, NO_CREATOR_COIN, NO_DAO_COIN, type ProfileEntry } from './entries.js'
import type { Ledger } from './ledger.js'
import {
  MAX_CREATOR_BASIS_POINTS,
  MAX_DESCRIPTION_BYTES,
  MAX_PROFILE_PIC_BYTES,
  MAX_STAKE_MULTIPLE,
  MAX_USERNAME_BYTES,
  MIN_STAKE_MULTIPLE,
} from './params.js'
import { RuleRefusal } from './rule-refusal.js'

/** Profiles (core lib/block_view_profile.go, _connectUpdateProfile). Checks come before the transfer, as on a node. */
const USERNAME = /^[a-zA-Z0-9_]+$/

export function isUsername(name: string): boolean {
  return USERNAME.test(name)
}

/** Which account's profile the transaction is about; refuses what breaks a rule. */
export function checkProfile(
  ledger: Ledger,
  transaction: Transaction,
  metadata: UpdateProfile,
  id: string,
): string {
  assertSizes(metadata)
  const username = Buffer.from(metadata.newUsername).toString('latin1')
  if (username !== '' && !isUsername(username)) {
    throw new RuleRefusal(`Username: ${username}: RuleErrorInvalidUsername`)
  }
  const account = profileAccount(transaction, metadata)
  const holder = username === '' ? undefined : ledger.profileByUsername(username)
  if (holder && holder.account !== account) {
    throw new RuleRefusal(`Username: ${username}, TxHashHex: ${id}: RuleErrorProfileUsernameExists`)
  }
  return account
}

function assertSizes(metadata: UpdateProfile): void {
  if (metadata.newUsername.length > MAX_USERNAME_BYTES)
    throw new RuleRefusal('RuleErrorProfileUsernameTooLong')
  if (metadata.newDescription.length > MAX_DESCRIPTION_BYTES) {
    throw new RuleRefusal('RuleErrorProfileDescriptionTooLong')
  }
  if (metadata.newProfilePic.length > MAX_PROFILE_PIC_BYTES)
    throw new RuleRefusal('RuleErrorMaxProfilePicSize')
  if (metadata.newCreatorBasisPoints > MAX_CREATOR_BASIS_POINTS) {
    throw new RuleRefusal('RuleErrorProfileCreatorPercentageSize')
  }
  const stake = metadata.newStakeMultipleBasisPoints
  if (stake <= MIN_STAKE_MULTIPLE || stake > MAX_STAKE_MULTIPLE) {
    throw new RuleRefusal('RuleErrorProfileStakeMultipleSize')
  }
}

/** There is no parameter updater here, so nobody may write another's profile. */
function profileAccount({ publicKey }: Transaction, { profilePublicKey }: UpdateProfile): string {
  const signer = toHex(publicKey)
  if (profilePublicKey.length === 0) return signer
  const account = toHex(profilePublicKey)
  if (profilePublicKey.length !== 33) {
    throw new RuleRefusal(`_connectUpdateProfile: ${account}: RuleErrorProfilePublicKeySize`)
  }
  if (!isOnCurve(profilePublicKey)) {
    throw new RuleRefusal('_connectUpdateProfile: invalid public key: RuleErrorProfileBadPublicKey')
  }
  if (account !== signer) {
    throw new RuleRefusal(
      `_connectUpdateProfile: Profile pub key: ${keyTextBoth(signer)}, signer public key: ${keyTextBoth(account)}: RuleErrorProfilePubKeyNotAuthorized`,
    )
  }
  return account
}

export function putProfile(
  ledger: Ledger,
  account: string,
  transaction: Transaction,
  metadata: UpdateProfile,
): void {
  const previous = ledger.profile(account)
  const username = Buffer.from(metadata.newUsername).toString('latin1')
  if (!previous && username === '') throw new RuleRefusal('RuleErrorProfileUsernameTooShort')
  ledger.putProfile({
    account,
    username: username || (previous as ProfileEntry).username,
    description: given(metadata.newDescription, previous?.description),
    picture: given(metadata.newProfilePic, previous?.picture),
    creatorBasisPoints: metadata.newCreatorBasisPoints,
    // A new profile is never hidden.
    isHidden: previous !== undefined && metadata.isHidden,
    extraData: mergeExtraData(previous?.extraData ?? new Map(), transaction.extraData),
    creatorCoin: previous?.creatorCoin ?? NO_CREATOR_COIN,
    daoCoin: previous?.daoCoin ?? NO_DAO_COIN,
  })
}

/** Empty leaves what was. */
function given(value: Uint8Array, previous: Uint8Array | undefined): Uint8Array {
  return value.length > 0 || !previous ? value : previous
}
