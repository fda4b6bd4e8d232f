import type { RequestContext } from '../context.js'
import { type PublicKey, publicKeyToBytes } from '../deso/keys.js'
import type { NodeAssociation } from '../deso/node.js'
import { InvalidInputError } from '../errors.js'
import { openCursor, type PageRequest, sealCursor } from '../page.js'

/** The nearest committed rows that a position remembers: should one be replaced, the next is at hand. */
export const MAX_ANCHORS = 3
/** Of a value that is no slug; what is cut off only makes rows come by again that are in no list anyway. */
const MAX_VALUE_CHARACTERS = 64

/** A place in a list of associations, as a node orders them: by value, then by the party's key. */
export interface ListPosition {
  value: string
  party: PublicKey
  /** Ids of committed rows at this place or before it, nearest first: from there a node can go on. */
  anchors: readonly string[]
  /** The first anchor is the row at this very place. */
  isAnchored: boolean
}

/** What lies between two places of a list. */
export interface ListRange {
  after: ListPosition | null
  before: ListPosition | null
}

/** One list: what a node is asked for, and which of the two parties orders it. */
export interface AssociationList {
  /** Unique among all lists, as cursors are sealed under it. */
  name: string
  query: { transactor?: PublicKey; target?: PublicKey; type: string }
  partyOf(entry: NodeAssociation): PublicKey
}

/** The place of a row. `anchors`: committed rows up to it, itself among them if it is one. */
export function positionOf(
  list: AssociationList,
  entry: NodeAssociation,
  anchors: readonly string[],
): ListPosition {
  const value = entry.value.slice(0, MAX_VALUE_CHARACTERS)
  return { value, party: list.partyOf(entry), anchors, isAnchored: anchors[0] === entry.id }
}

/** The anchors with another one, nearer than they are. */
export function withAnchor(anchors: readonly string[], id: string): string[] {
  return [id, ...anchors.filter((anchor) => anchor !== id)].slice(0, MAX_ANCHORS)
}

/**
 * Where this row comes: behind that place (above 0), at it (0) or before it. By key alone, so that it holds when the row
 * there was replaced or is gone.
 */
export function compareToPlace(
  list: AssociationList,
  entry: NodeAssociation,
  { value, party }: Pick<ListPosition, 'value' | 'party'>,
): number {
  const order = Buffer.compare(Buffer.from(entry.value), Buffer.from(value))
  if (order !== 0) return order
  return Buffer.compare(publicKeyToBytes(list.partyOf(entry)), publicKeyToBytes(party))
}

export function cursorOf(ctx: RequestContext, list: AssociationList, position: ListPosition): string {
  const { value, party, anchors, isAnchored } = position
  return sealCursor(secretOf(ctx), list.name, [value, party, anchors, isAnchored])
}

/** Null: not given. Throws InvalidInputError for what this gateway did not issue for this list. */
export function positionOfCursor(
  ctx: RequestContext,
  list: AssociationList,
  page: PageRequest,
  argument: 'after' | 'before',
): ListPosition | null {
  const cursor = page[argument]
  if (cursor === undefined) return null
  const opened = openCursor(secretOf(ctx), list.name, cursor, argument)
  if (!Array.isArray(opened) || opened.length !== 4) {
    throw new InvalidInputError(`${argument}: a cursor of another version of this gateway.`)
  }
  const [value, party, anchors, isAnchored] = opened
  return { value, party, anchors, isAnchored }
}

function secretOf(ctx: RequestContext): Uint8Array {
  return ctx.app.identity.secret('cursors')
}
