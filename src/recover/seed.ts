import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { bytesToHex } from '@noble/hashes/utils.js'
import { HDKey } from '@scure/bip32'
import { mnemonicToSeedSync, validateMnemonic } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import { type Signer, seedSigner } from '../client/index.js'
import { RecoverError } from './errors.js'

/** Accounts of one mnemonic that are tried, as DeSo Identity derives them. */
const TRIED_ACCOUNTS = 20

/**
 * The accounts of a seed: one of 64 hex digits, the first twenty of a mnemonic (m/44'/0'/0'/0/i). Throws RecoverError,
 * which never quotes the seed.
 */
export function signersOf(seed: string): Signer[] {
  const text = seed.trim()
  if (/^[0-9a-fA-F]{64}$/.test(text)) return [signerOf(text.toLowerCase())]
  const words = text.toLowerCase().split(/\s+/).join(' ')
  if (!validateMnemonic(words, wordlist)) {
    throw new RecoverError('The seed is neither 64 hex digits nor a mnemonic of English words.')
  }
  const root = HDKey.fromMasterSeed(mnemonicToSeedSync(words))
  return Array.from({ length: TRIED_ACCOUNTS }, (_, index) => {
    const { privateKey } = root.derive(`m/44'/0'/0'/0/${index}`)
    return signerOf(bytesToHex(privateKey as Uint8Array))
  })
}

function signerOf(hex: string): Signer {
  try {
    return seedSigner(hex)
  } catch (cause) {
    throw new RecoverError('The seed is no private key.', cause)
  }
}

/** One line of standard input; typed at a terminal it does not show. Empty: null. */
export async function askForSeed(): Promise<string | null> {
  const isTerminal = process.stdin.isTTY === true
  if (isTerminal) process.stderr.write('Seed of the creator (hex or mnemonic; it does not show): ')
  const output = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output, terminal: isTerminal })
  try {
    for await (const line of lines) return line.trim() || null
    return null
  } finally {
    lines.close()
    if (isTerminal) process.stderr.write('\n')
  }
}
