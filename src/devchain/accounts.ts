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
  const keys = deriveKeys(DEV_MNEMONIC, NAMES.length)
  return NAMES.map((name, index) => {
    const { path, privateKey } = keys[index] as DerivedKey
    const account = toHex(publicKeyOf(privateKey))
    return { name, account, seedHex: toHex(privateKey), mnemonic: DEV_MNEMONIC, path }
  })
}

interface DerivedKey {
  path: string
  privateKey: Uint8Array
}

/** The first keys of a mnemonic, as DeSo Identity numbers its accounts. */
export function deriveKeys(mnemonic: string, count: number): DerivedKey[] {
  const root = HDKey.fromMasterSeed(mnemonicToSeedSync(mnemonic))
  return Array.from({ length: count }, (_, index) => {
    const path = `m/44'/0'/0'/0/${index}`
    const { privateKey } = root.derive(path)
    if (!privateKey) throw new Error(`no private key at ${path}`)
    return { path, privateKey }
  })
}
