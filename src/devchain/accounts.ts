import { HDKey } from '@scure/bip32'
import { mnemonicToSeedSync } from '@scure/bip39'
import { publicKeyOf } from '../deso/keys.js'
import { toHex } from './go/hex.js'

/**
 * Ten accounts that anybody can know, as Anvil has them. Keys are derived as DeSo Identity derives them: BIP39 seed,
 * path m/44'/0'/0'/0/i. Never send real money to one.
 */
export interface DevAccount {
  name: string
  /** 33 bytes as hex. */
  account: string
  /** Private key, 64 hex digits: what DeSo calls a seed. */
  seedHex: string
  mnemonic: string
  path: string
}

export const DEV_MNEMONIC = 'test test test test test test test test test test test junk'
/** 10,000 DESO each. */
export const DEV_BALANCE_NANOS = 10_000n * 1_000_000_000n

const NAMES = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi', 'ivan', 'judy']

let accounts: readonly DevAccount[] | undefined

export function devAccounts(): readonly DevAccount[] {
  accounts ??= deriveAccounts()
  return accounts
}

function deriveAccounts(): DevAccount[] {
  const root = HDKey.fromMasterSeed(mnemonicToSeedSync(DEV_MNEMONIC))
  return NAMES.map((name, index) => {
    const path = `m/44'/0'/0'/0/${index}`
    const { privateKey } = root.derive(path)
    if (!privateKey) throw new Error(`no private key at ${path}`)
    return {
      name,
      account: toHex(publicKeyOf(privateKey)),
      seedHex: toHex(privateKey),
      mnemonic: DEV_MNEMONIC,
      path,
    }
  })
}
