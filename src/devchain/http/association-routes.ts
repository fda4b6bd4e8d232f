import { decodeHex, toHex } from '../go/hex.js'
import { type Decoded, flag, int, list, text } from '../go/json-fields.js'
import type { GoJson } from '../go/json-write.js'
import {
  type AssociationFilter,
  type AssociationPage,
  countAssociations,
  InvalidQuery,
  queryAssociations,
} from '../ledger/query-associations.js'
import type { NodeView } from '../node-view.js'
import { associationJson } from '../views/association.js'
import { profileJson } from '../views/profile.js'
import { decodeCheck, keyText } from '../wire/base58-check.js'
import { NodeError } from './reply.js'
import { decodeBodySilently, type NodeRequest } from './request.js'
import type { Route } from './routes.js'

/** Reading user associations (backend routes/associations.go). Their refusals of rules are 500, not 400. */
export const associationRoutes: Route[] = [
  {
    method: 'GET',
    path: '/api/v0/user-associations/*',
    parameter: /^[0-9a-fA-F]+$/,
    handle({ chain: { ledger } }, { parameter }) {
      const entry = ledger.association(
        associationId(parameter, 'GetUserAssociationByID: invalid AssociationID provided'),
      )
      if (!entry) throw new NodeError(404, 'GetUserAssociationByID: association not found')
      return associationJson(ledger, entry, { withProfiles: true })
    },
  },
  {
    method: 'POST',
    path: '/api/v0/user-associations/query',
    handle: (node, request) =>
      answering('GetUserAssociations: ', () =>
        answerQuery(node, readQuery(request, 'GetUserAssociations: ')),
      ),
  },
  {
    method: 'POST',
    path: '/api/v0/user-associations/count',
    handle: (node, request) =>
      answering('CountUserAssociations: ', () => {
        const query = readQuery(request, 'CountUserAssociations: ')
        assertCountable(query)
        if (query.AssociationValues.length > 0)
          throw new BadQuery('unsupported AssociationValues param provided')
        return { Count: countAssociations(node.chain.ledger, readFilter(query)) }
      }),
  },
  {
    method: 'POST',
    path: '/api/v0/user-associations/counts',
    handle: (node, request) =>
      answering('CountUserAssociationsByValue: ', () => {
        const query = readQuery(request, 'CountUserAssociationsByValue: ')
        assertCountable(query)
        return countByValue(node, query)
      }),
  },
]

const MAX_LIMIT = 100
const MAX_VALUES = 12

const QUERY_FIELDS = {
  TransactorPublicKeyBase58Check: text,
  TargetUserPublicKeyBase58Check: text,
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
  IncludeAppProfile: flag,
}

type Query = Decoded<typeof QUERY_FIELDS>

/** A query that is refused before the ledger is asked: 400. */
class BadQuery extends Error {}

function answering<T>(caller: string, answer: () => T): T {
  try {
    return answer()
  } catch (error) {
    if (error instanceof BadQuery) throw new NodeError(400, `${caller}${error.message}`)
    if (error instanceof InvalidQuery) throw new NodeError(500, `${caller}${error.message}`)
    throw error
  }
}

function readQuery(request: NodeRequest, caller: string): Query {
  return decodeBodySilently(
    request,
    'UserAssociationQuery',
    QUERY_FIELDS,
    `${caller}problem parsing request body`,
  )
}

function answerQuery({ chain }: NodeView, query: Query): GoJson {
  const page = readPage(query)
  const filter = readFilter(query)
  const filters = query.AssociationValues.length === 0 ? [filter] : filtersByValue(query, filter)
  const committed = chain.committedTip.height
  const entries = filters.flatMap((one) => queryAssociations(chain.ledger, one, page, committed))
  const profiles = new Map<string, GoJson>()
  for (const entry of entries) {
    if (query.IncludeTransactorProfile) addProfile(chain.ledger, profiles, entry.transactor)
    if (query.IncludeTargetUserProfile) addProfile(chain.ledger, profiles, entry.target)
    if (query.IncludeAppProfile) addProfile(chain.ledger, profiles, entry.app)
  }
  return {
    Associations: entries.map((entry) => associationJson(chain.ledger, entry, { withProfiles: false })),
    PublicKeyToProfileEntryResponse: profiles,
  }
}

function addProfile(
  ledger: NodeView['chain']['ledger'],
  profiles: Map<string, GoJson>,
  account: string,
): void {
  profiles.set(keyText(account), profileJson(ledger, ledger.profile(account)))
}

function readPage(query: Query): AssociationPage {
  const limit = Number(query.Limit)
  if (limit < 0 || limit > MAX_LIMIT) throw new BadQuery('invalid Limit provided')
  return {
    limit: limit === 0 ? MAX_LIMIT : limit,
    lastSeenId: query.LastSeenAssociationID === '' ? undefined : lastSeenId(query.LastSeenAssociationID),
    descending: query.SortDescending,
  }
}

function readFilter(query: Query): AssociationFilter {
  return {
    transactor: account(query.TransactorPublicKeyBase58Check, 'transactor'),
    target: account(query.TargetUserPublicKeyBase58Check, 'target user'),
    app: account(query.AppPublicKeyBase58Check, 'app'),
    type: utf8(query.AssociationType),
    typePrefix: utf8(query.AssociationTypePrefix),
    value: utf8(query.AssociationValue),
    valuePrefix: utf8(query.AssociationValuePrefix),
  }
}

/** One query a value, each with its own limit. */
function filtersByValue(query: Query, filter: AssociationFilter): AssociationFilter[] {
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

function countByValue({ chain }: NodeView, query: Query): GoJson {
  const filter = readFilter(query)
  const filters = query.AssociationValues.length === 0 ? [filter] : filtersByValue(query, filter)
  const counts = new Map<string, GoJson>()
  let total = 0
  for (const one of filters) {
    const count = countAssociations(chain.ledger, one)
    counts.set(Buffer.from(one.value, 'latin1').toString('utf8'), count)
    total += count
  }
  return { Counts: counts, Total: total }
}

function assertCountable(query: Query): void {
  if (query.Limit !== 0n) throw new BadQuery('unsupported Limit param for count operation')
  if (query.LastSeenAssociationID !== '') {
    throw new BadQuery('unsupported LastSeenAssociationID param for count operation')
  }
  if (query.SortDescending) throw new BadQuery('unsupported SortDescending param for count operation')
  if (query.IncludeTransactorProfile || query.IncludeTargetUserProfile || query.IncludeAppProfile) {
    throw new BadQuery('unsupported IncludeProfile param for count operation')
  }
}

/** A node takes only 33 bytes for a key here. */
function account(key: string, role: string): string | undefined {
  if (key === '') return undefined
  try {
    const bytes = decodeCheck(key)
    if (bytes.length === 33) return toHex(bytes)
  } catch {
    // Said below.
  }
  throw new BadQuery(`problem getting PKID for the ${role}`)
}

function lastSeenId(hex: string): string {
  try {
    return associationId(hex, '')
  } catch {
    throw new BadQuery('invalid LastSeenAssociationID provided')
  }
}

/** A short id is filled up with zeros, as a node does. */
function associationId(hex: string, problem: string): string {
  try {
    return toHex(decodeHex(hex)).slice(0, 64).padEnd(64, '0')
  } catch {
    throw new NodeError(400, problem)
  }
}

function utf8(words: string): string {
  return Buffer.from(words).toString('latin1')
}
