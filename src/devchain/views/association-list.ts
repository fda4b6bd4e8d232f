import type { GoJson } from '../go/json-write.js'
import type { AssociationEntry } from '../ledger/entries.js'
import type { Ledger } from '../ledger/ledger.js'
import type { ChainView } from '../node-view.js'
import { keyText } from '../wire/base58-check.js'
import { postAssociationJson, userAssociationJson } from './association.js'
import { postJson } from './post.js'
import { profileJson } from './profile.js'

/** Lists of associations, with what belongs to them in maps (backend routes/associations.go). */
export interface Included {
  IncludeTransactorProfile: boolean
  IncludeTargetUserProfile: boolean
  IncludePostEntry: boolean
  IncludePostAuthorProfile: boolean
  IncludeAppProfile: boolean
}

export function listUserAssociations(
  { ledger }: ChainView,
  entries: readonly AssociationEntry[],
  included: Included,
): GoJson {
  const profiles = new Map<string, GoJson>()
  for (const entry of entries) {
    if (included.IncludeTransactorProfile) addProfile(ledger, profiles, entry.transactor)
    if (included.IncludeTargetUserProfile) addProfile(ledger, profiles, entry.target)
    if (included.IncludeAppProfile) addProfile(ledger, profiles, entry.app)
  }
  return {
    Associations: entries.map((entry) => userAssociationJson(ledger, entry, { withProfiles: false })),
    PublicKeyToProfileEntryResponse: profiles,
  }
}

/** Where posts are included, a node leaves out all associations with a post but the first; so is it here. */
export function listPostAssociations(
  chain: ChainView,
  entries: readonly AssociationEntry[],
  included: Included,
): GoJson {
  const { ledger } = chain
  const profiles = new Map<string, GoJson>()
  const posts = new Map<string, GoJson>()
  const shown = entries.filter((entry) => {
    const post = ledger.post(entry.target)
    if (included.IncludeTransactorProfile) addProfile(ledger, profiles, entry.transactor)
    if (included.IncludePostEntry) {
      if (posts.has(entry.target)) return false
      posts.set(entry.target, post ? postJson(chain, post) : null)
    }
    if (included.IncludePostAuthorProfile && post) addProfile(ledger, profiles, post.poster)
    if (included.IncludeAppProfile) addProfile(ledger, profiles, entry.app)
    return true
  })
  return {
    Associations: shown.map((entry) => postAssociationJson(chain, entry, { withParts: false })),
    PublicKeyToProfileEntryResponse: profiles,
    PostHashHexToPostEntryResponse: posts,
  }
}

function addProfile(ledger: Ledger, profiles: Map<string, GoJson>, account: string): void {
  profiles.set(keyText(account), profileJson(ledger, ledger.profile(account)))
}
