import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type * as Config from '../../src/config/config.js'
import { sha256d, signDigest } from '../../src/deso/signature.js'
import type * as GatewayModule from '../../src/gateway.js'
import type { Gateway } from '../../src/gateway.js'
import { built } from './built.js'
import { startChainProcess } from './chain-process.js'
import { ask } from './load.js'

export interface Person {
  publicKey: string
  seedHex: string
}

/** A gateway in this process, as built, before a local chain in another; one creator has published. */
export interface Library extends AsyncDisposable {
  gateway: Gateway
  /** Another one on the same data, which has read nothing of the chain. */
  restart(): Promise<void>
  people: readonly Person[]
  creator: Person
  /** Signs the draft in the payload of this mutation and waits until it is committed; its transaction's id. */
  execute(person: Person, mutation: string): Promise<string>
}

/** `contents`: how many. */
export async function openLibrary(contents: number): Promise<Library> {
  const { loadConfig } = await built<typeof Config>('config/config')
  const { startGateway } = await built<typeof GatewayModule>('gateway')
  const chain = await startChainProcess()
  const dataDir = await mkdtemp(join(tmpdir(), 'bench-'))
  const config = loadConfig({
    DATA_DIR: dataDir,
    DESO_NODE_URL: chain.url,
    DESO_NETWORK: 'testnet',
    LOG_LEVEL: 'warn',
    PORT: '0',
  })
  const people = (await (await fetch(`${chain.url}/dev/accounts`)).json()) as Person[]
  const [creator] = people
  if (!creator) throw new Error('the local chain has no accounts')
  let keys = 0
  const library: Library = {
    gateway: await startGateway(config),
    async restart() {
      await library.gateway.close()
      library.gateway = await startGateway(config)
    },
    people,
    creator,
    async execute(person, mutation) {
      keys += 1
      const query = mutation.replaceAll('$key', `"${keys}"`).replaceAll('$signer', `"${person.publicKey}"`)
      const { data } = await ask(`${library.gateway.url}/graphql`, JSON.stringify({ query }))
      const [payload] = Object.values(data) as { draft: { unsignedHex: string } | null; errors: unknown[] }[]
      if (!payload?.draft) throw new Error(JSON.stringify(payload?.errors))
      return submit(library.gateway, person, payload.draft.unsignedHex)
    },
    async [Symbol.asyncDispose]() {
      await library.gateway.close()
      await chain[Symbol.asyncDispose]()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
  await library.execute(
    creator,
    `mutation { createTransaction(input: { updateProfile: { signer: $signer, username: "creator", description: "Writes", idempotencyKey: $key } }) { draft { unsignedHex } errors { message } } }`,
  )
  const token = await signIn(library.gateway, creator)
  for (let index = 0; index < contents; index += 1) await publish(library.gateway, creator, token, index)
  return library
}

async function submit({ url }: Gateway, person: Person, unsignedHex: string): Promise<string> {
  const input = `{ unsignedHex: "${unsignedHex}", signature: "${sign(Buffer.from(unsignedHex, 'hex'), person)}", wait: COMMITTED }`
  const query = `mutation { submitTransaction(input: ${input}) { transaction { transactionId status } errors { message } } }`
  const { data } = await ask(`${url}/graphql`, JSON.stringify({ query }))
  const { transaction, errors } = data.submitTransaction
  if (transaction?.status !== 'COMMITTED') throw new Error(JSON.stringify(errors))
  return transaction.transactionId
}

async function signIn({ url }: Gateway, person: Person): Promise<string> {
  const post = async (path: string, body: unknown) => ask(`${url}${path}`, JSON.stringify(body))
  const { challenge } = await post('/api/sign-in/challenge', { publicKey: person.publicKey })
  const signature = sign(Buffer.from(challenge, 'utf8'), person)
  return (await post('/api/sign-in', { challenge: { challenge, signature } })).accessToken
}

async function publish(gateway: Gateway, person: Person, token: string, index: number): Promise<void> {
  const form = new FormData()
  form.set('title', `Content ${index}`)
  form.set('teaser', `What there is to see in number ${index}, told to everybody.`)
  form.set('policy', 'PUBLIC')
  form.set('idempotencyKey', `content-${index}`)
  form.set('file', new Blob([`content ${index}`]), 'text.txt')
  const response = await fetch(`${gateway.url}/api/upload-content`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: form,
  })
  const { draft, errors } = (await response.json()) as {
    draft: { unsignedHex: string } | null
    errors: unknown
  }
  if (!draft) throw new Error(JSON.stringify(errors))
  await submit(gateway, person, draft.unsignedHex)
}

function sign(bytes: Uint8Array, { seedHex }: Person): string {
  return Buffer.from(signDigest(sha256d(bytes), Buffer.from(seedHex, 'hex'))).toString('hex')
}
