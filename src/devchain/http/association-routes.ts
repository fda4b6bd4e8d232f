import type { GoJson } from '../go/json-write.js'
import type { AssociationEntry } from '../ledger/entries.js'
import type { Ledger } from '../ledger/ledger.js'
import { type AssociationTable, countAssociations, queryAssociations } from '../ledger/query-associations.js'
import type { ChainView } from '../node-view.js'
import { postAssociationJson, userAssociationJson } from '../views/association.js'
import { listPostAssociations, listUserAssociations } from '../views/association-list.js'
import {
  account,
  answering,
  assertCountable,
  associationId,
  BadQuery,
  filtersByValue,
  postHash,
  type Query,
  readFilter,
  readPage,
  readQuery,
} from './association-query.js'
import { NodeError } from './reply.js'
import type { NodeRequest } from './request.js'
import type { Route } from './routes.js'

/**
 * Reading associations with users and with posts (backend routes/associations.go). Their refusals of rules are 500,
 * not 400.
 */
interface Kind {
  noun: AssociationTable['noun']
  table(ledger: Ledger): AssociationTable
  /** Who or what a query asks for beside the transactor. */
  target(query: Query): string | undefined
  /** An entry as it is asked for by its id. */
  entryJson(chain: ChainView, entry: AssociationEntry): GoJson
  listJson(chain: ChainView, entries: readonly AssociationEntry[], query: Query): GoJson
}

const KINDS: readonly Kind[] = [
  {
    noun: 'User',
    table: ({ userAssociations }) => ({ noun: 'User', rows: userAssociations }),
    target: (query) => account(query.TargetUserPublicKeyBase58Check, 'target user'),
    entryJson: ({ ledger }, entry) => userAssociationJson(ledger, entry, { withProfiles: true }),
    listJson: listUserAssociations,
  },
  {
    noun: 'Post',
    table: ({ postAssociations }) => ({ noun: 'Post', rows: postAssociations }),
    target: (query) => postHash(query.PostHashHex),
    entryJson: (chain, entry) => postAssociationJson(chain, entry, { withParts: true }),
    listJson: listPostAssociations,
  },
]

export const associationRoutes: Route[] = KINDS.flatMap(routesOf)

function routesOf(kind: Kind): Route[] {
  const { noun } = kind
  const path = `/api/v0/${noun.toLowerCase()}-associations`
  const read = (request: NodeRequest, caller: string) => readQuery(request, noun, caller)
  return [
    {
      method: 'GET',
      path: `${path}/*`,
      parameter: /^[0-9a-fA-F]+$/,
      handle({ chain }, { parameter }) {
        const caller = `Get${noun}AssociationByID: `
        const id = associationId(parameter, `${caller}invalid AssociationID provided`)
        const entry = kind.table(chain.ledger).rows.get(id)
        if (!entry) throw new NodeError(404, `${caller}association not found`)
        return kind.entryJson(chain, entry)
      },
    },
    {
      method: 'POST',
      path: `${path}/query`,
      handle({ chain }, request) {
        const caller = `Get${noun}Associations: `
        return answering(caller, () => answerQuery(kind, chain, read(request, caller)))
      },
    },
    {
      method: 'POST',
      path: `${path}/count`,
      handle({ chain }, request) {
        const caller = `Count${noun}Associations: `
        return answering(caller, () => {
          const query = read(request, caller)
          assertCountable(query)
          if (query.AssociationValues.length > 0)
            throw new BadQuery('unsupported AssociationValues param provided')
          return { Count: countAssociations(kind.table(chain.ledger), readFilter(query, kind.target(query))) }
        })
      },
    },
    {
      method: 'POST',
      path: `${path}/counts`,
      handle({ chain }, request) {
        const caller = `Count${noun}AssociationsByValue: `
        return answering(caller, () => {
          const query = read(request, caller)
          assertCountable(query)
          return countByValue(kind, chain, query)
        })
      },
    },
  ]
}

function answerQuery(kind: Kind, chain: ChainView, query: Query): GoJson {
  const page = readPage(query)
  const filter = readFilter(query, kind.target(query))
  const filters = query.AssociationValues.length === 0 ? [filter] : filtersByValue(query, filter)
  const committed = chain.committedTip.height
  const table = kind.table(chain.ledger)
  const entries = filters.flatMap((one) => queryAssociations(table, one, page, committed))
  return kind.listJson(chain, entries, query)
}

function countByValue(kind: Kind, chain: ChainView, query: Query): GoJson {
  const filter = readFilter(query, kind.target(query))
  const filters = query.AssociationValues.length === 0 ? [filter] : filtersByValue(query, filter)
  const table = kind.table(chain.ledger)
  const counts = new Map<string, GoJson>()
  let total = 0
  for (const one of filters) {
    const count = countAssociations(table, one)
    counts.set(Buffer.from(one.value, 'latin1').toString('utf8'), count)
    total += count
  }
  return { Counts: counts, Total: total }
}
