import { badInput } from '../errors/bad-input.js'

/** The types that `node` finds, with the parts of their natural key. */
export const NODE_TYPES = {
  Account: 1,
  Plan: 2,
  Subscription: 3,
  Content: 1,
  Transaction: 1,
} as const

export type NodeTypeName = keyof typeof NODE_TYPES

export interface GlobalId {
  type: NodeTypeName
  parts: readonly string[]
}

/** Opaque to clients: base64url of `v1:<Type>:<part>[:<part>…]`. */
export function encodeGlobalId(type: NodeTypeName, ...parts: string[]): string {
  return Buffer.from(['v1', type, ...parts].join(':')).toString('base64url')
}

/** Throws BAD_USER_INPUT for what this gateway never issued; `expected` narrows to one type. */
export function decodeGlobalId(id: string, expected?: NodeTypeName): GlobalId {
  const malformed = () =>
    badInput(`Not an id of this gateway${expected ? ` for ${expected}` : ''}: ${clip(id)}`)
  if (id.length > 512) throw malformed()
  const text = Buffer.from(id, 'base64url').toString('utf8')
  const [version, type, ...parts] = text.split(':')
  if (version !== 'v1' || !type || !Object.hasOwn(NODE_TYPES, type)) throw malformed()
  const name = type as NodeTypeName
  if (encodeGlobalId(name, ...parts) !== id || parts.length !== NODE_TYPES[name]) throw malformed()
  if (expected && name !== expected) {
    throw badInput(`This is the id of a ${name}, where that of a ${expected} is wanted.`)
  }
  return { type: name, parts }
}

function clip(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
}
