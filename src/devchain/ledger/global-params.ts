import type { Transaction } from '../../deso/transaction.js'
import { toHex } from '../go/hex.js'
import { decodeKey } from '../wire/base58-check.js'
import { LenientReader } from '../wire/lenient-reader.js'
import type { Ledger } from './ledger.js'
import { PARAM_UPDATER_KEYS } from './param-updaters.js'
import type { ChainParams } from './params.js'
import { RuleRefusal } from './rule-refusal.js'

/** The network's numbers, changed by a transaction (core lib/block_view.go, _connectUpdateGlobalParams). */
export const PARAM_NAMES = {
  MinNetworkFeeNanosPerKB: 'minimumNetworkFeeNanosPerKb',
  MaxNonceExpirationBlockHeightOffset: 'maxNonceExpirationOffset',
  CreateProfileFeeNanos: 'createProfileFeeNanos',
} as const satisfies Record<string, keyof ChainParams>

const UPDATERS = new Set(PARAM_UPDATER_KEYS.map(decodeKey))

/** Numbers that the local chain does not know are taken and forgotten. */
export function connectGlobalParams(ledger: Ledger, { publicKey, extraData }: Transaction): void {
  if (!UPDATERS.has(toHex(publicKey))) throw new RuleRefusal('RuleErrorUserNotAuthorizedToUpdateGlobalParams')
  const params = { ...ledger.params }
  for (const [name, param] of Object.entries(PARAM_NAMES)) {
    const value = extraData.get(name)
    if (value) params[param] = new LenientReader(value).uvarint(name)
  }
  ledger.putParams(params)
}
