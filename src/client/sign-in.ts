import { bytesToHex } from '@noble/hashes/utils.js'
import type { PublicKey } from '../deso/keys.js'
import { sha256d } from '../deso/signature.js'
import { encodeText } from '../protocol/bytes.js'
import { payloadOf } from './answer.js'
import { type Client, createClient } from './client.js'
import type { CallOptions } from './deadline.js'
import { ChallengeRefusedError, ConnectionError } from './errors.js'
import { CreateChallengeDocument, SignInDocument } from './generated.js'
import { signChecked } from './sign-checked.js'
import type { Signer } from './signer.js'

/** A client that speaks for an account, until `expiresAt`. */
export interface SessionClient extends Client {
  readonly signer: Signer
  readonly publicKey: PublicKey
  readonly accessToken: string
  readonly expiresAt: Date
}

const TITLE = 'deso-ipfs-gateway sign-in v1'
const MAX_CHALLENGE_CHARACTERS = 2_000

/**
 * Signs in with the account's key. Throws ChallengeRefusedError, without signing, for a text that is no sign-in to this
 * very gateway (`publicUrl` of the client): one gateway cannot have a challenge of another signed.
 *
 * @example
 * const session = await signIn(client, seedSigner(seedHex))
 */
export async function signIn(
  client: Client,
  signer: Signer,
  options: CallOptions = {},
): Promise<SessionClient> {
  const publicKey = signer.publicKey(client.options.network)
  const created = await client.request(CreateChallengeDocument, { input: { publicKey } }, options)
  const { challenge } = payloadOf(created.createChallenge)
  checkChallenge(challenge ?? '', client.options.publicUrl)
  const signature = await signChecked(signer, sha256d(encodeText(challenge ?? '')))
  const proof = { challenge: { challenge: challenge ?? '', signature: bytesToHex(signature) } }
  const { accessToken, expiresAt } = payloadOf(
    (await client.request(SignInDocument, { input: proof }, options)).signIn,
  )
  if (accessToken === null || expiresAt === null) throw new ConnectionError('The gateway gave no token.')
  return {
    ...createClient({ ...client.options, accessToken }),
    signer,
    publicKey,
    accessToken,
    expiresAt: new Date(expiresAt),
  }
}

function checkChallenge(challenge: string, publicUrl: string): void {
  const [title, address] = challenge.split('\n')
  if (title !== TITLE || challenge.length > MAX_CHALLENGE_CHARACTERS) {
    throw new ChallengeRefusedError('The gateway gave a text to sign that is no sign-in. It was not signed.')
  }
  if (address !== publicUrl) {
    throw new ChallengeRefusedError(
      `The gateway gave a sign-in to ${JSON.stringify(address)}, not to ${publicUrl}. It was not signed.`,
    )
  }
}
