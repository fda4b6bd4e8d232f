import { decodeHex, toHex } from '../go/hex.js'
import { type Decoded, flag, int, list, text } from '../go/json-fields.js'
import { type AssociationFilter, type AssociationPage, InvalidQuery } from '../ledger/query-associations.js'
import { decodeCheck } from '../wire/base58-check.js'
import { NodeError } from './reply.js'
import { decodeBodySilently, type NodeRequest } from './request.js'

/** What may be asked of associations, and in which words a node refuses the rest (backend routes/associations.go). */
const MAX_LIMIT = 100
const MAX_VALUES = 12

const QUERY_FIELDS = {
  TransactorPublicKeyBase58Check: text,
  TargetUserPublicKeyBase58Check: text,
  PostHashHex: text,
  AppPublicKeyBase58Check: text,
  AssociationType: text,
  AssociationTypePrefix: text,
  AssociationValue: text,
  AssociationValuePrefix: text,
  AssociationValues: list(text, '[]string'),
  Limit: int,
  LastSeenAssociationID: text,
  SortDescending: flag,
  IncludeTransactorProfile: flag,
  IncludeTargetUserProfile: flag,
  IncludePostEntry: flag,
  IncludePostAuthorProfile: flag,
  IncludeAppProfile: flag,
}

export type Query = Decoded<typeof QUERY_FIELDS>

/** A query that is refused before the ledger is asked: 400. */
export class BadQuery extends Error {}

export function answering<T>(caller: string, answer: () => T): T {
  try {
    return answer()
  } catch (error) {
    if (error instanceof BadQuery) throw new NodeError(400, `${caller}${error.message}`)
    if (error instanceof InvalidQuery) throw new NodeError(500, `${caller}${error.message}`)
    throw error
  }
}

export function readQuery(request: NodeRequest, noun: string, caller: string): Query {
  return decodeBodySilently(
    request,
    `${noun}AssociationQuery`,
    QUERY_FIELDS,
    `${caller}problem parsing request body`,
  )
}

export function readPage(query: Query): AssociationPage {
  const limit = Number(query.Limit)
  if (limit < 0 || limit > MAX_LIMIT) throw new BadQuery('invalid Limit provided')
  return {
    limit: limit === 0 ? MAX_LIMIT : limit,
    lastSeenId: query.LastSeenAssociationID === '' ? undefined : lastSeenId(query.LastSeenAssociationID),
    descending: query.SortDescending,
  }
}

/** `target`: who or what a query of this kind asks for beside the transactor. */
export function readFilter(query: Query, target: string | undefined): AssociationFilter {
  return {
    transactor: account(query.TransactorPublicKeyBase58Check, 'transactor'),
    target,
    app: account(query.AppPublicKeyBase58Check, 'app'),
    type: utf8(query.AssociationType),
    typePrefix: utf8(query.AssociationTypePrefix),
    value: utf8(query.AssociationValue),
    valuePrefix: utf8(query.AssociationValuePrefix),
  }
}

/** One query a value, each with its own limit. */
export function filtersByValue(query: Query, filter: AssociationFilter): AssociationFilter[] {
  if (query.AssociationValues.length > MAX_VALUES)
    throw new BadQuery('too many AssociationValues values provided')
  if (query.SortDescending) throw new BadQuery('cannot provide both SortDescending and AssociationValues')
  const others = [
    query.AssociationTypePrefix,
    query.AssociationValue,
    query.AssociationValuePrefix,
    query.LastSeenAssociationID,
  ]
  const other = others.find((value) => value !== '')
  if (other !== undefined) throw new BadQuery(`cannot provide both ${other} and AssociationValues`)
  return query.AssociationValues.map((value) => ({ ...filter, value: utf8(value) }))
}

export function assertCountable(query: Query): void {
  if (query.Limit !== 0n) throw new BadQuery('unsupported Limit param for count operation')
  if (query.LastSeenAssociationID !== '') {
    throw new BadQuery('unsupported LastSeenAssociationID param for count operation')
  }
  if (query.SortDescending) throw new BadQuery('unsupported SortDescending param for count operation')
  const { IncludeTransactorProfile, IncludeTargetUserProfile, IncludeAppProfile } = query
  if (IncludeTransactorProfile || IncludeTargetUserProfile || IncludeAppProfile) {
    throw new BadQuery('unsupported IncludeProfile param for count operation')
  }
}

/** A node takes only 33 bytes for a key here. */
export function account(key: string, role: string): string | undefined {
  if (key === '') return undefined
  try {
    const bytes = decodeCheck(key)
    if (bytes.length === 33) return toHex(bytes)
  } catch {
    // Said below.
  }
  throw new BadQuery(`problem getting PKID for the ${role}`)
}

export function postHash(hex: string): string | undefined {
  if (hex === '') return undefined
  try {
    return toHex(decodeHex(hex)).slice(0, 64).padEnd(64, '0')
  } catch {
    throw new BadQuery('invalid PostHashHex provided')
  }
}

function lastSeenId(hex: string): string {
  try {
    return associationId(hex, '')
  } catch {
    throw new BadQuery('invalid LastSeenAssociationID provided')
  }
}

/** A short id is filled up with zeros, as a node does. */
export function associationId(hex: string, problem: string): string {
  try {
    return toHex(decodeHex(hex)).slice(0, 64).padEnd(64, '0')
  } catch {
    throw new NodeError(400, problem)
  }
}

function utf8(words: string): string {
  return Buffer.from(words).toString('latin1')
}
