import {
  type Client,
  createClient,
  type SessionClient,
  type Signer,
  seedSigner,
  signIn,
} from '../client/index.js'
import type { DevAccount } from './chain.js'

/** Somebody in the story. */
export interface Person {
  name: string
  signer: Signer
  session: SessionClient
}

export const NETWORK = 'testnet'

export async function enter(
  client: Client,
  { name, seedHex }: DevAccount,
  signal: AbortSignal,
): Promise<Person> {
  const signer = seedSigner(seedHex)
  return { name, signer, session: await signIn(client, signer, { signal }) }
}

export function visitor(url: string): Client {
  return createClient({ url, network: NETWORK })
}
