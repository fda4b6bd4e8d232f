import type { GraphQLScalarType } from 'graphql'
import { type Network, type PublicKey, parsePublicKey } from '../../deso/keys.js'
import { serializeText, textScalar } from './text-scalar.js'

/** Stands for the PublicKey scalar in decorators; the real one is made for the gateway's network (see schema.ts). */
export abstract class PublicKeyType {}

/** Keys of the other network, and points off the curve, are refused: a DeSo node would take both. */
export function createPublicKeyScalar(network: Network): GraphQLScalarType<PublicKey, string> {
  return textScalar<PublicKey>({
    name: 'PublicKey',
    description:
      'A DeSo public key: Base58Check of a compressed secp256k1 point with the network’s prefix (BC1Y… on mainnet, tBC… on testnet). Checksum, prefix and curve are checked.',
    specifiedByURL: 'https://en.bitcoin.it/wiki/Base58Check_encoding',
    parse: (text) => parsePublicKey(text, network),
    serialize: serializeText,
  })
}
