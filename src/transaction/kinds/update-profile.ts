import type { RequestContext } from '../../context.js'
import { type Network, type PublicKey, publicKeyFromBytes } from '../../deso/keys.js'
import type { NodeProfile, NodeUser } from '../../deso/node.js'
import type { Transaction, UpdateProfile } from '../../deso/transaction.js'
import { InvalidInputError } from '../../errors.js'
import { decodeText, encodeText } from '../../protocol/bytes.js'
import type { DraftParts, DraftRequest } from '../draft-request.js'
import { quote } from '../sentence.js'
import { signerOf } from '../signer.js'
import type { KindReader } from './kind.js'

/** What is not given stays as it is. */
export interface UpdateProfileInput {
  /** 1 to 25 of a-z, A-Z, 0-9 and _; needed for a first profile. */
  username?: string | null
  /** At most 20,000 bytes of UTF-8. */
  description?: string | null
  /** A data URL of an image in base64, at most 20,000 characters. */
  picture?: string | null
  /** The viewer unless given. */
  signer?: PublicKey | null
  idempotencyKey: string
}

type ProfileField = 'username' | 'description' | 'picture'
type Fields = Partial<Record<ProfileField, string>>

/** Core lib/constants.go, UsernameRegex and MaxUsernameLengthBytes. */
const USERNAME = /^[a-zA-Z0-9_]{1,25}$/
/** Names that would read as keys; nodes construct none of them (backend routes/transaction.go). */
const KEY_LIKE: Record<Network, string> = { mainnet: 'BC', testnet: 'tBC' }
const PICTURE = /^data:image\/[a-z0-9.+-]+;base64,[A-Za-z0-9+/]+={0,2}$/
/** MaxUserDescriptionLengthBytes and MaxProfilePicLengthBytes. */
const MAX_TEXT_BYTES = 20_000
/** What front ends send for a first profile: all of a new coin goes to its creator, until they say otherwise. */
const FIRST_CREATOR_BASIS_POINTS = 10_000n
/** Without meaning by now, but consensus wants more than 10,000. */
const STAKE_MULTIPLE_BASIS_POINTS = 12_500n

/** The signer's own profile, made or changed. */
export function updateProfile(ctx: RequestContext, input: UpdateProfileInput): DraftRequest {
  const signer = signerOf(ctx, input.signer)
  const fields = fieldsOf(input)
  checkFields(fields, ctx.app.config.deso.network)
  return {
    operation: 'updateProfile',
    input: { ...fields },
    signer,
    idempotencyKey: input.idempotencyKey,
    kind: 'UPDATE_PROFILE',
    build: () => buildProfile(ctx, signer, fields),
  }
}

export const readUpdateProfile: KindReader = {
  kind: 'UPDATE_PROFILE',
  recognises: (transaction) => ownProfileOf(transaction) !== null,
  does(transaction) {
    const profile = ownProfileOf(transaction)
    const username = decodeText(profile?.newUsername ?? new Uint8Array())
    const parts = [
      ...(username === '' ? [] : [`the username ${quote(username ?? '')}`]),
      ...(profile?.newDescription.length ? ['the description'] : []),
      ...(profile?.newProfilePic.length ? ['the picture'] : []),
    ]
    return `sets ${parts.join(', ') || 'nothing new'} in their profile`
  },
  async extraSpendNanos(transaction, ctx) {
    const signer = publicKeyFromBytes(transaction.publicKey, ctx.app.config.deso.network)
    const { profile } = await ctx.loaders.user.load(signer)
    return profile ? 0n : firstProfileFee(ctx)
  },
}

function ownProfileOf({ metadata, publicKey }: Transaction): UpdateProfile | null {
  if (metadata.type !== 'UPDATE_PROFILE') return null
  const { profilePublicKey } = metadata
  const isOwn = profilePublicKey.length === 0 || Buffer.compare(profilePublicKey, publicKey) === 0
  return isOwn ? metadata : null
}

function fieldsOf({ username, description, picture }: UpdateProfileInput): Fields {
  return {
    ...(username != null && { username }),
    ...(description != null && { description }),
    ...(picture != null && { picture }),
  }
}

function checkFields({ username, description, picture }: Fields, network: Network): void {
  if (username === undefined && description === undefined && picture === undefined) {
    throw new InvalidInputError('Give a username, a description or a picture.', ['input', 'updateProfile'])
  }
  if (username !== undefined) checkUsername(username, network)
  if (description !== undefined && !isShortText(description)) {
    throw fault('description', `A description is at most ${MAX_TEXT_BYTES} bytes of UTF-8.`)
  }
  if (picture !== undefined && !(PICTURE.test(picture) && isShortText(picture))) {
    throw fault(
      'picture',
      `A picture is a data URL of an image in base64, at most ${MAX_TEXT_BYTES} characters.`,
    )
  }
}

function checkUsername(username: string, network: Network): void {
  if (!USERNAME.test(username)) throw fault('username', 'A username is 1 to 25 of a-z, A-Z, 0-9 and _.')
  if (username.startsWith(KEY_LIKE[network])) {
    throw fault('username', `A username does not begin like a public key: ${KEY_LIKE[network]}.`)
  }
}

function isShortText(text: string): boolean {
  return !/\p{Cs}/u.test(text) && encodeText(text).length <= MAX_TEXT_BYTES
}

async function buildProfile(ctx: RequestContext, signer: PublicKey, fields: Fields): Promise<DraftParts> {
  const options = { signal: ctx.signal }
  const [users, owner] = await Promise.all([
    ctx.app.node.users([signer], options),
    fields.username === undefined ? null : ctx.app.node.userByUsername(fields.username, options),
  ])
  if (owner !== null && owner.publicKey !== signer) throw fault('username', 'This username is taken.')
  const profile = profileOf(users)
  checkAgainst(profile, fields)
  return {
    outputs: [],
    metadata: metadataOf(fields, profile),
    extraData: new Map(),
    extraSpendNanos: profile ? 0n : await firstProfileFee(ctx),
  }
}

function profileOf([user]: readonly NodeUser[]): NodeProfile | null {
  return user?.profile ?? null
}

function checkAgainst(profile: NodeProfile | null, { username, description }: Fields): void {
  if (profile === null && username === undefined) throw fault('username', 'A first profile needs a username.')
  if (profile && profile.description !== '' && description === '') {
    // On chain an empty field means: stays.
    throw fault('description', 'DeSo can replace a description, but not empty it.')
  }
}

/** Basis points and IsHidden are always set, so they are repeated. */
function metadataOf(
  { username = '', description = '', picture = '' }: Fields,
  profile: NodeProfile | null,
): UpdateProfile {
  return {
    type: 'UPDATE_PROFILE',
    profilePublicKey: new Uint8Array(),
    newUsername: encodeText(username),
    newDescription: encodeText(description),
    newProfilePic: encodeText(picture),
    newCreatorBasisPoints: profile?.creatorBasisPoints ?? FIRST_CREATOR_BASIS_POINTS,
    newStakeMultipleBasisPoints: STAKE_MULTIPLE_BASIS_POINTS,
    isHidden: profile?.isHidden ?? false,
  }
}

async function firstProfileFee(ctx: RequestContext): Promise<bigint> {
  return (await ctx.app.node.globalParams({ signal: ctx.signal })).createProfileFeeNanos
}

function fault(field: ProfileField, message: string): InvalidInputError {
  return new InvalidInputError(message, ['input', 'updateProfile', field])
}
