import { createClient } from '../../src/client/client.js'
import type { SessionClient } from '../../src/client/sign-in.js'
import { type Signer, seedSigner } from '../../src/client/signer.js'

export interface Asked {
  operation: string
  variables: Record<string, unknown>
}

/** A session with a gateway that answers what a test says. */
export interface ScriptedSession {
  session: SessionClient
  asked: Asked[]
  /** Digests that the signer was given. */
  signed: Uint8Array[]
}

/** `data` of an operation, by its name, from its variables. */
export type Script = Record<string, (variables: Record<string, unknown>) => unknown>

export const FAN_SEED = '11'.repeat(32)

export function scriptedSession(script: Script, signer: Signer = seedSigner(FAN_SEED)): ScriptedSession {
  const asked: Asked[] = []
  const signed: Uint8Array[] = []
  const spy: Signer = {
    ...signer,
    signDigest(digest) {
      signed.push(digest)
      return signer.signDigest(digest)
    },
  }
  const client = createClient({
    url: 'https://gateway.example',
    network: 'testnet',
    accessToken: 'token',
    fetch: scriptedFetch(script, asked),
  })
  const session: SessionClient = {
    ...client,
    signer: spy,
    publicKey: signer.publicKey('testnet'),
    accessToken: 'token',
    expiresAt: new Date(8.64e15),
  }
  return { session, asked, signed }
}

export function scriptedFetch(script: Script, asked: Asked[] = []): typeof fetch {
  return async (_url, init) => {
    const { query, variables } = await readOperation(init?.body)
    const operation = /^\s*(?:query|mutation) (\w+)/.exec(query)?.[1] ?? ''
    asked.push({ operation, variables })
    const answer = script[operation]
    if (!answer) throw new Error(`the script has no ${operation}`)
    return Response.json({ data: await answer(variables) })
  }
}

/** Of a JSON body, or of the `operations` of a multipart one, which is read to its end. */
async function readOperation(
  body: RequestInit['body'],
): Promise<{ query: string; variables: Record<string, unknown> }> {
  if (typeof body === 'string') return JSON.parse(body)
  const text = await new Response(body as ReadableStream).text()
  return JSON.parse(/name="operations"\r\n\r\n(.*)\r\n/.exec(text)?.[1] ?? '')
}
