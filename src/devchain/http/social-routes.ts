import { flag, text, uint64 } from '../go/json-fields.js'
import type { GoJson } from '../go/json-write.js'
import type { Ledger } from '../ledger/ledger.js'
import { profileJson } from '../views/profile.js'
import { keyText } from '../wire/base58-check.js'
import { NodeError } from './reply.js'
import { decodeBody } from './request.js'
import type { Route } from './routes.js'
import { keyOrRefuse } from './user-routes.js'

/** Who follows whom (backend routes/user.go). */
export const socialRoutes: Route[] = [
  {
    method: 'POST',
    path: '/api/v0/is-following-public-key',
    handle({ chain }, request) {
      const body = decodeBody(
        request,
        'IsFollowingPublicKeyRequest',
        { PublicKeyBase58Check: text, IsFollowingPublicKeyBase58Check: text },
        'IsFollowingPublicKey: Problem parsing request body',
      )
      const account = (key: string) =>
        keyOrRefuse(key, `IsFollowingPublicKey: Problem decoding user public key ${key}: `)
      const follower = account(body.PublicKeyBase58Check)
      return {
        IsFollowing: chain.ledger.follows.has(follower, account(body.IsFollowingPublicKeyBase58Check)),
      }
    },
  },
  {
    method: 'POST',
    path: '/api/v0/get-follows-stateless',
    handle({ chain: { ledger } }, request) {
      const body = decodeBody(
        request,
        'GetFollowsStatelessRequest',
        {
          PublicKeyBase58Check: text,
          Username: text,
          GetEntriesFollowingUsername: flag,
          LastPublicKeyBase58Check: text,
          NumToFetch: uint64,
        },
        'GetFollowsStateless: Problem parsing request body',
      )
      const account = whoseFollows(ledger, body)
      const { follows } = ledger
      const all = body.GetEntriesFollowingUsername
        ? follows.followersOf(account)
        : follows.followedBy(account)
      const start = all.findIndex((other) => keyText(other) === body.LastPublicKeyBase58Check) + 1
      const shown = all.slice(start, start + Number(body.NumToFetch))
      const profiles = new Map<string, GoJson>()
      for (const other of shown) profiles.set(keyText(other), profileJson(ledger, ledger.profile(other)))
      return { PublicKeyToProfileEntry: profiles, NumFollowers: all.length }
    },
  },
]

function whoseFollows(ledger: Ledger, body: { PublicKeyBase58Check: string; Username: string }): string {
  const { PublicKeyBase58Check: key, Username } = body
  if (key !== '') return keyOrRefuse(key, `GetFollowsStateless: Problem decoding user public key ${key}: `)
  const profile = ledger.profileByUsername(Username)
  if (profile) return profile.account
  throw new NodeError(404, `GetFollowsStateless: could not find profile for username: ${Username}`)
}
