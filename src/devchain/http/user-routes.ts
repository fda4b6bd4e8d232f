import { flag, list, text } from '../go/json-fields.js'
import type { ProfileEntry } from '../ledger/entries.js'
import type { Ledger } from '../ledger/ledger.js'
import { PARAM_UPDATER_KEYS } from '../ledger/param-updaters.js'
import { profileJson } from '../views/profile.js'
import { userJson } from '../views/user.js'
import { decodeKey, keyText } from '../wire/base58-check.js'
import { NodeError } from './reply.js'
import { decodeBody } from './request.js'
import type { Route } from './routes.js'

/** Accounts and their profiles (backend routes/user.go). */
export const userRoutes: Route[] = [
  {
    method: 'POST',
    path: '/api/v0/get-users-stateless',
    handle({ chain, params }, request) {
      const body = decodeBody(
        request,
        'GetUsersStatelessRequest',
        {
          PublicKeysBase58Check: list(text, '[]string'),
          SkipForLeaderboard: flag,
          GetUnminedBalance: flag,
          IncludeBalance: flag,
        },
        'GetUsersStateless: Error parsing request body',
      )
      const options = { skipForLeaderboard: body.SkipForLeaderboard, includeBalance: body.IncludeBalance }
      return {
        UserList: body.PublicKeysBase58Check.map((key) => userJson(chain.ledger, key, options)),
        DefaultFeeRateNanosPerKB: params.minimumNetworkFeeNanosPerKb,
        ParamUpdaters: new Map(PARAM_UPDATER_KEYS.map((key) => [key, true])),
      }
    },
  },
  {
    method: 'POST',
    path: '/api/v0/get-single-profile',
    handle({ chain: { ledger } }, request) {
      const body = decodeBody(
        request,
        'GetSingleProfileRequest',
        { PublicKeyBase58Check: text, Username: text, NoErrorOnMissing: flag },
        'GetSingleProfile: Error parsing request body',
      )
      const profile = findProfile(ledger, body)
      if (profile) {
        return { Profile: profileJson(ledger, profile), IsBlacklisted: false, IsGraylisted: false }
      }
      if (body.NoErrorOnMissing) return undefined
      const { Username, PublicKeyBase58Check } = body
      throw new NodeError(
        404,
        `GetSingleProfile: could not find profile for username or public key: ${Username}, ${PublicKeyBase58Check}`,
      )
    },
  },
  {
    method: 'GET',
    path: '/api/v0/get-user-name-for-public-key/*',
    handle({ chain }, { parameter }) {
      const account = keyOrRefuse(parameter, 'GetUsernameForPublicKey: Problem decoding user public key: ')
      const profile = chain.ledger.profile(account)
      if (profile) return profile.username
      throw new NodeError(404, `GetUsernameForPublicKey: no profile found for public key: ${parameter}`)
    },
  },
  {
    method: 'GET',
    path: '/api/v0/get-public-key-for-user-name/*',
    handle({ chain }, { parameter }) {
      const profile = chain.ledger.profileByUsername(parameter)
      if (profile) return keyText(profile.account)
      throw new NodeError(404, `GetPublicKeyForUsername: no profile found for username: ${parameter}`)
    },
  },
  {
    method: 'GET',
    path: '/api/v0/get-single-profile-picture/*',
    handle() {
      // No picture is served: where there is one, it is a text in the profile's transaction.
      throw new NodeError(
        404,
        'GetSingleProfilePicture: Profile Picture not found: _getProfilePictureForPublicKey: profile picture is not base64 encoded image',
      )
    },
  },
]

function findProfile(
  ledger: Ledger,
  body: { PublicKeyBase58Check: string; Username: string },
): ProfileEntry | undefined {
  if (body.PublicKeyBase58Check === '') return ledger.profileByUsername(body.Username)
  const problem = 'GetSingleProfile: Problem decoding user public key: '
  return ledger.profile(keyOrRefuse(body.PublicKeyBase58Check, problem))
}

/** The account of a key of any network, or a refusal with what the node says before the reason. */
export function keyOrRefuse(key: string, problem: string): string {
  try {
    return decodeKey(key)
  } catch (error) {
    throw new NodeError(400, `${problem}${(error as Error).message}`)
  }
}
