import type { GoJson } from '../go/json-write.js'
import type { AssociationEntry } from '../ledger/entries.js'
import type { Ledger } from '../ledger/ledger.js'
import { keyText } from '../wire/base58-check.js'
import { decodeExtraData } from './extra-data.js'
import { profileJson } from './profile.js'

/** UserAssociationResponse (backend routes/associations.go). Lists leave the profiles to a map beside them. */
export function associationJson(
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
    AppPublicKeyBase58Check: keyText(entry.app),
    AssociationType: text(entry.type),
    AssociationValue: text(entry.value),
    ExtraData: decodeExtraData(entry.extraData),
    BlockHeight: entry.blockHeight,
    TransactorProfile: profile(entry.transactor),
    TargetUserProfile: profile(entry.target),
    AppProfile: profile(entry.app),
  }
}

function text(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8')
}
