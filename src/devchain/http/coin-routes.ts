import { type Decoded, flag, list, text, uint64 } from '../go/json-fields.js'
import type { GoJson } from '../go/json-write.js'
import type { CoinBalance, CoinRows } from '../ledger/coin-rows.js'
import type { Ledger } from '../ledger/ledger.js'
import type { ChainView } from '../node-view.js'
import { coinBalanceJson } from '../views/coin-balance.js'
import { keyText } from '../wire/base58-check.js'
import { NodeError } from './reply.js'
import { decodeBody } from './request.js'
import type { Route } from './routes.js'
import { keyOrRefuse } from './user-routes.js'

/** Who holds whose coin (backend routes/user.go). */
const HODLER_FIELDS = {
  PublicKeyBase58Check: text,
  Username: text,
  LastPublicKeyBase58Check: text,
  NumToFetch: uint64,
  FetchHodlings: flag,
  FetchAll: flag,
  IsDAOCoin: flag,
  SortType: text,
}

export const coinRoutes: Route[] = [
  {
    method: 'POST',
    path: '/api/v0/is-hodling-public-key',
    handle({ chain: { ledger } }, request) {
      const body = decodeBody(
        request,
        'IsHodlingPublicKeyRequest',
        { PublicKeyBase58Check: text, IsHodlingPublicKeyBase58Check: text, IsDAOCoin: flag },
        'IsHodlingPublicKey: Problem parsing request body',
      )
      const account = (key: string) =>
        keyOrRefuse(key, `IsHodlingPublicKey: Problem decoding user public key ${key}: `)
      const holder = account(body.PublicKeyBase58Check)
      const creator = account(body.IsHodlingPublicKeyBase58Check)
      const balance = rowsOf(ledger, body.IsDAOCoin).get(creator, holder)
      const isHodling = balance !== undefined && balance.amount > 0n
      return {
        IsHodling: isHodling,
        BalanceEntry: isHodling ? coinBalanceJson(ledger, balance, creator) : null,
      }
    },
  },
  {
    method: 'POST',
    path: '/api/v0/get-hodlers-for-public-key',
    handle({ chain }, request) {
      const body = decodeBody(
        request,
        'GetHodlersForPublicKeyRequest',
        HODLER_FIELDS,
        'GetHodlersForPublicKey: Problem parsing request body',
      )
      const { ledger } = chain
      const account = whoseCoins(ledger, body)
      const other = ({ creator, holder }: CoinBalance) => (body.FetchHodlings ? creator : holder)
      const all = listed(chain, account, body)
      const start = all.findIndex((row) => keyText(other(row)) === body.LastPublicKeyBase58Check) + 1
      const shown = body.FetchAll ? all : all.slice(start, start + Number(body.NumToFetch))
      const last = shown.at(-1)
      return {
        Hodlers: shown.map((row) => coinBalanceJson(ledger, row, other(row))),
        LastPublicKeyBase58Check: last ? keyText(other(last)) : '',
      }
    },
  },
  {
    method: 'POST',
    path: '/api/v0/get-hodlers-count-for-public-keys',
    handle({ chain: { ledger } }, request) {
      const body = decodeBody(
        request,
        'GetHodlersCountForPublicKeysRequest',
        { PublicKeysBase58Check: list(text, '[]string'), IsDAOCoin: flag },
        'GetHodlersCountForPublicKeys: Problem parsing request body',
      )
      const counts = new Map<string, GoJson>()
      for (const key of body.PublicKeysBase58Check) {
        const problem = `GetHodlersCountForPublicKeys: Problem decoding user public key ${key}: `
        const profile = ledger.profile(keyOrRefuse(key, problem))
        const coin = body.IsDAOCoin ? profile?.daoCoin : profile?.creatorCoin
        counts.set(key, coin?.holderCount ?? 0)
      }
      return counts
    },
  },
]

function rowsOf(ledger: Ledger, isDao: boolean): CoinRows {
  return isDao ? ledger.daoCoins : ledger.creatorCoins
}

function whoseCoins(ledger: Ledger, body: Decoded<typeof HODLER_FIELDS>): string {
  const { PublicKeyBase58Check: key, Username } = body
  if (key !== '') return keyOrRefuse(key, `GetHodlersForPublicKey: Problem decoding user public key ${key}: `)
  const profile = ledger.profileByUsername(Username)
  if (profile) return profile.account
  throw new NodeError(404, `GetHodlersForPublicKey: could not find profile for username: ${Username}`)
}

/** The owner of the coin first, then by amount. What has become nothing shows until it is committed. */
function listed(chain: ChainView, account: string, body: Decoded<typeof HODLER_FIELDS>): CoinBalance[] {
  const rows = rowsOf(chain.ledger, body.IsDAOCoin)
  const all = body.FetchHodlings ? rows.heldBy(account) : rows.holdersOf(account)
  const isOwn = ({ creator, holder }: CoinBalance) => Number(creator === holder)
  return all
    .filter(({ amount, height }) => amount > 0n || height > chain.committedTip.height)
    .sort((one, other) => isOwn(other) - isOwn(one) || compare(other.amount, one.amount))
}

function compare(one: bigint, other: bigint): number {
  return one < other ? -1 : one > other ? 1 : 0
}
