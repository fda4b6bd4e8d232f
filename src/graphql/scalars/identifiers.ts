import { CID } from 'multiformats/cid'
import { serializeText, textScalar } from './text-scalar.js'

/** 2 × the longest transaction that a node takes (25,000 bytes), and then some. */
const MAX_HEX_DIGITS = 131_072

export const TransactionIdScalar = textScalar<string>({
  name: 'TransactionId',
  description:
    'The id of a DeSo transaction: 64 lower-case hex digits, the double SHA-256 of its signed bytes. The hash of a post is the id of the transaction that made it.',
  specifiedByURL: 'https://github.com/deso-protocol/core/blob/main/lib/network.go',
  parse: (text) => {
    if (!/^[0-9a-f]{64}$/.test(text)) throw new Error('write 64 lower-case hex digits')
    return text
  },
  serialize: serializeText,
})

export const HexScalar = textScalar<string>({
  name: 'Hex',
  description: 'Bytes as an even number of hex digits, without 0x. Lower case in answers.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc4648#section-8',
  parse: (text) => {
    if (text.length > MAX_HEX_DIGITS) throw new Error(`at most ${MAX_HEX_DIGITS} digits`)
    if (!/^([0-9a-fA-F]{2})*$/.test(text)) throw new Error('write an even number of hex digits, without 0x')
    return text.toLowerCase()
  },
  serialize: serializeText,
})

export const CidScalar = textScalar<CID>({
  name: 'Cid',
  description:
    'An IPFS content identifier, version 1. Version 0 (Qm…) is accepted and answered as version 1.',
  specifiedByURL: 'https://github.com/multiformats/cid',
  parse: (text) => {
    if (text.length > 128) throw new Error('at most 128 characters')
    try {
      return CID.parse(text).toV1()
    } catch (error) {
      throw new Error('not a content identifier', { cause: error })
    }
  },
  serialize: (value) => {
    const cid = CID.asCID(value)
    if (!cid) throw new TypeError('expected a CID')
    return cid.toV1().toString()
  },
})

export const SlugScalar = textScalar<string>({
  name: 'Slug',
  description:
    'The name of a plan: 1 to 64 of the characters a-z, 0-9 and hyphen. It stays the same over versions.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc1123#section-2',
  parse: (text) => {
    if (!/^[a-z0-9-]{1,64}$/.test(text)) throw new Error('write 1 to 64 of the characters a-z, 0-9 and -')
    return text
  },
  serialize: serializeText,
})

export const JwsScalar = textScalar<string>({
  name: 'Jws',
  description: 'A signed statement in JWS compact serialization.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc7515#section-7.1',
  parse: (text) => {
    if (text.length > 8192 || !/^[\w-]+\.[\w-]*\.[\w-]+$/.test(text)) throw new Error('not a compact JWS')
    return text
  },
  serialize: serializeText,
})
