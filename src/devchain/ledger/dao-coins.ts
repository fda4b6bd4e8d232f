import type { Transaction } from '../../deso/transaction.js'
import { toHex } from '../go/hex.js'
import type { OtherFields } from '../wire/other-metadata.js'
import { goWords, moveCoins } from './coins.js'
import type { DaoCoin, ProfileEntry } from './entries.js'
import type { Ledger } from './ledger.js'
import { RuleRefusal } from './rule-refusal.js'

/** DAO coins: minted and burned by hand, and sent (core lib/block_view_dao_coin.go). */
export const DAO_OPERATIONS = [
  'mint',
  'burn',
  'disable_minting',
  'update_transfer_restriction_status',
] as const

const [MINT, BURN, DISABLE_MINTING, RESTRICT] = [0, 1, 2, 3]
const PROFILE_OWNER_ONLY = 1
const DAO_MEMBERS_ONLY = 2
const PERMANENTLY_UNRESTRICTED = 3
const CALL = '_connectDAOCoin: '

export function connectDaoCoin(
  ledger: Ledger,
  { publicKey }: Transaction,
  fields: OtherFields<'DAO_COIN'>,
  height: number,
): void {
  const profile = profileOf(ledger, fields.ProfilePublicKey, 'RuleErrorDAOCoinOperationOnNonexistentProfile')
  const actor = toHex(publicKey)
  const isOwner = actor === profile.account
  switch (fields.OperationType) {
    case MINT:
      assertMintable(profile, isOwner, fields.CoinsToMintNanos)
      change(ledger, profile, actor, fields.CoinsToMintNanos, height)
      break
    case BURN:
      assertBurnable(ledger, profile, actor, fields.CoinsToBurnNanos)
      change(ledger, profile, actor, -fields.CoinsToBurnNanos, height)
      break
    case DISABLE_MINTING:
      if (!isOwner) throw refuse('RuleErrorOnlyProfileOwnerCanDisableMintingDAOCoin')
      if (profile.daoCoin.isMintingDisabled)
        throw refuse('RuleErrorDAOCoinCannotDisableMintingIfAlreadyDisabled')
      putCoin(ledger, profile, { isMintingDisabled: true })
      break
    case RESTRICT:
      assertRestrictable(profile, isOwner, fields.TransferRestrictionStatus)
      putCoin(ledger, profile, { transferRestriction: fields.TransferRestrictionStatus })
      break
    default:
      throw refuse('RuleErrorDAOCoinInvalidOperationType')
  }
}

export function connectDaoCoinTransfer(
  ledger: Ledger,
  { publicKey }: Transaction,
  fields: OtherFields<'DAO_COIN_TRANSFER'>,
  height: number,
): void {
  const profile = profileOf(ledger, fields.ProfilePublicKey, 'RuleErrorCoinTransferOnNonexistentProfile')
  const [from, to] = [toHex(publicKey), toHex(fields.ReceiverPublicKey)]
  const amount = fields.DAOCoinToTransferNanos
  if (from === to) throw new RuleRefusal('RuleErrorCoinTransferCannotTransferToSelf')
  if (amount === 0n) throw new RuleRefusal('RuleErrorDAOCoinTransferInsufficientCoins')
  assertTransferable(ledger, profile, from, to)
  const held = ledger.daoCoins.amount(profile.account, from)
  if (amount > held) {
    throw new RuleRefusal(
      `_helpConnectCoinTransfer: Coin nanos being transferred ${amount} exceeds user's coin balance ${goWords(held)}: RuleErrorCoinTransferInsufficientCoins`,
    )
  }
  const holderCount =
    moveCoins(ledger.daoCoins, profile.account, from, -amount, height) +
    moveCoins(ledger.daoCoins, profile.account, to, amount, height)
  putCoin(ledger, profile, { holderCount: profile.daoCoin.holderCount + holderCount })
}

/** Throws RuleRefusal where the profile does not let this transfer be. */
export function assertTransferable(ledger: Ledger, profile: ProfileEntry, from: string, to: string): void {
  const { transferRestriction } = profile.daoCoin
  const concernsOwner = from === profile.account || to === profile.account
  if (transferRestriction === PROFILE_OWNER_ONLY && !concernsOwner) {
    throw new RuleRefusal('RuleErrorDAOCoinTransferProfileOwnerOnlyViolation')
  }
  if (transferRestriction !== DAO_MEMBERS_ONLY || concernsOwner) return
  if (ledger.daoCoins.amount(profile.account, to) === 0n) {
    throw new RuleRefusal('RuleErrorDAOCoinTransferDAOMemberOnlyViolation')
  }
}

function assertMintable({ daoCoin }: ProfileEntry, isOwner: boolean, amount: bigint): void {
  if (!isOwner) throw refuse('RuleErrorOnlyProfileOwnerCanMintDAOCoin')
  if (daoCoin.isMintingDisabled) throw refuse('RuleErrorDAOCoinCannotMintIfMintingIsDisabled')
  if (amount === 0n) throw refuse('RuleErrorDAOCoinMustMintNonZeroDAOCoin')
}

function assertBurnable(ledger: Ledger, { account }: ProfileEntry, holder: string, amount: bigint): void {
  if (amount === 0n) throw refuse('RuleErrorDAOCoinMustBurnNonZeroDAOCoin')
  if (amount > ledger.daoCoins.amount(account, holder)) throw refuse('RuleErrorDAOCoinBurnInsufficientCoins')
}

function assertRestrictable({ daoCoin }: ProfileEntry, isOwner: boolean, status: number): void {
  if (!isOwner) throw refuse('RuleErrorOnlyProfileOwnerCanUpdateTransferRestrictionStatus')
  if (status > PERMANENTLY_UNRESTRICTED) throw refuse('RuleErrorInvalidTransferRestrictionStatus')
  if (daoCoin.transferRestriction === PERMANENTLY_UNRESTRICTED) {
    throw refuse('RuleErrorDAOCoinCannotUpdateTransferRestrictionStatusIfStatusIsPermanentlyUnrestricted')
  }
}

function change(ledger: Ledger, profile: ProfileEntry, holder: string, amount: bigint, height: number): void {
  const holders = moveCoins(ledger.daoCoins, profile.account, holder, amount, height)
  const { circulation, holderCount } = profile.daoCoin
  putCoin(ledger, profile, { circulation: circulation + amount, holderCount: holderCount + holders })
}

function putCoin(ledger: Ledger, profile: ProfileEntry, daoCoin: Partial<DaoCoin>): void {
  ledger.putProfile({ ...profile, daoCoin: { ...profile.daoCoin, ...daoCoin } })
}

function profileOf(ledger: Ledger, key: Uint8Array, rule: string): ProfileEntry {
  const profile = ledger.profile(toHex(key))
  if (!profile) throw new RuleRefusal(rule)
  return profile
}

function refuse(rule: string): RuleRefusal {
  return new RuleRefusal(`${CALL}${rule}`)
}
