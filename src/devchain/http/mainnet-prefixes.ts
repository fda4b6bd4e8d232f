import { mainnetText } from '../wire/base58-check.js'
import type { Reply } from './reply.js'

/** A testnet node's answer as one of mainnet would give it: keys and ids with mainnet's prefix. */
export function withMainnetPrefixes(reply: Reply): Reply {
  const body = reply.body
    .replace(/[1-9A-HJ-NP-Za-km-z]{40,60}/g, (text) => mainnetText(text) ?? text)
    .replace('"IsTestnet":true', '"IsTestnet":false')
  return { ...reply, body }
}
