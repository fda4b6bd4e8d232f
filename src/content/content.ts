import type { CID } from 'multiformats/cid'
import type { PublicKey } from '../deso/keys.js'
import type { Policy } from '../protocol/policy.js'

/**
 * The content room: publishing files and handing out their bytes. It knows the open protocol, IPFS and the cipher; it
 * must not know HTTP or GraphQL, and never decides on access itself (access/ does).
 */
export interface Content {
  /** Id of the transaction that made the post; 64 hex digits. */
  postHash: string
  creator: PublicKey
  title: string
  /** The post's body: public. */
  teaser: string
  /** The author's word. */
  publishedAt: Date
  policy: Policy
  manifestCid: CID
}

/** A file as the manifest names it. */
export interface ContentFile {
  /** Its place in the manifest, from 0. */
  index: number
  name: string
  mediaType: string
  /** Of the plain bytes. */
  size: number
  /** Of what is stored. */
  cid: CID
  isEncrypted: boolean
  /** Others link it, or it links others, by relative addresses. */
  isInFolder: boolean
}

/** Open to everybody, signed in or not. */
export function isPublic({ policy }: Pick<Content, 'policy'>): boolean {
  return policy.rules.some((rule) => rule.kind === 'PUBLIC')
}
