/**
 * node scripts/sign.mjs <seed hex> <unsigned hex | text:…>
 *
 * Prints the DER signature, in hex, of the double SHA-256 of a draft's bytes, or of the UTF-8 text of a sign-in
 * challenge. For the examples of the README and for shell scripts; the typed client also reads what it signs.
 */
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'

const [seed = '', message = ''] = process.argv.slice(2)
const isText = message.startsWith('text:')
if (!/^[0-9a-f]{64}$/i.test(seed) || !(isText || /^([0-9a-f]{2})+$/i.test(message))) {
  console.error('usage: node scripts/sign.mjs <seed hex> <unsigned hex | text:…>')
  process.exit(1)
}
const bytes = isText ? Buffer.from(message.slice(5), 'utf8') : Buffer.from(message, 'hex')
const digest = sha256(sha256(bytes))
const signature = secp256k1.sign(digest, Buffer.from(seed, 'hex'), {
  prehash: false,
  lowS: true,
  format: 'der',
})
console.log(Buffer.from(signature).toString('hex'))
