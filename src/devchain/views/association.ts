import type { GoJson } from '../go/json-write.js'
import type { AssociationEntry } from '../ledger/entries.js'
import type { Ledger } from '../ledger/ledger.js'
import type { ChainView } from '../node-view.js'
import { keyText } from '../wire/base58-check.js'
import { decodeExtraData } from './extra-data.js'
import { postJson } from './post.js'
import { profileJson } from './profile.js'

/** Association responses (backend routes/associations.go). Lists leave profiles and posts to maps beside them. */
export function userAssociationJson(
  ledger: Ledger,
  entry: AssociationEntry,
  options: { withProfiles: boolean },
): GoJson {
  const profile = (account: string) =>
    options.withProfiles ? profileJson(ledger, ledger.profile(account)) : null
  return {
    AssociationID: entry.id,
    TransactorPublicKeyBase58Check: keyText(entry.transactor),
    TargetUserPublicKeyBase58Check: keyText(entry.target),
    ...sharedJson(entry),
    TransactorProfile: profile(entry.transactor),
    TargetUserProfile: profile(entry.target),
    AppProfile: profile(entry.app),
  }
}

export function postAssociationJson(
  chain: ChainView,
  entry: AssociationEntry,
  options: { withParts: boolean },
): GoJson {
  const { ledger } = chain
  const profile = (account: string) =>
    options.withParts ? profileJson(ledger, ledger.profile(account)) : null
  const post = ledger.post(entry.target)
  return {
    AssociationID: entry.id,
    TransactorPublicKeyBase58Check: keyText(entry.transactor),
    PostHashHex: entry.target,
    ...sharedJson(entry),
    TransactorProfile: profile(entry.transactor),
    PostEntry: options.withParts && post ? postJson(chain, post) : null,
    PostAuthorProfile: post ? profile(post.poster) : null,
    AppProfile: profile(entry.app),
  }
}

function sharedJson(entry: AssociationEntry) {
  return {
    AppPublicKeyBase58Check: keyText(entry.app),
    AssociationType: text(entry.type),
    AssociationValue: text(entry.value),
    ExtraData: decodeExtraData(entry.extraData),
    BlockHeight: entry.blockHeight,
  }
}

function text(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8')
}
