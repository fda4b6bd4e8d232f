import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { decodeTransaction, encodeTransaction } from '../../src/deso/codec.js'
import { sha256d, signDigest, signTransaction } from '../../src/deso/signature.js'

interface Account {
  publicKey: string
  seedHex: string
}

/** A creator of a gateway's local chain, who speaks REST and uploads with curl, as an operator would try it. */
export class LibraryClient {
  private constructor(
    readonly url: string,
    readonly token: string,
    private readonly creator: Account,
  ) {}

  /** Signed in, with a plan `gold`. */
  static async open(url: string, chainUrl: string): Promise<LibraryClient> {
    const [creator] = (await (await fetch(`${chainUrl}/dev/accounts`)).json()) as Account[]
    if (!creator) throw new Error('the local chain has no accounts')
    const { challenge } = await post(url, '/api/sign-in/challenge', { publicKey: creator.publicKey })
    const digest = sha256d(Buffer.from(challenge, 'utf8'))
    const signature = Buffer.from(signDigest(digest, Buffer.from(creator.seedHex, 'hex'))).toString('hex')
    const { accessToken } = await post(url, '/api/sign-in', { challenge: { challenge, signature } })
    const client = new LibraryClient(url, accessToken, creator)
    const query = `mutation { createPlan(input: { slug: "gold", title: "Gold", priceNanos: "1000", periodSeconds: 3600, idempotencyKey: "plan" }) { draft { unsignedHex } errors { message } } }`
    const { data } = await post(url, '/graphql', { query }, accessToken)
    await client.submit(data.createPlan.draft.unsignedHex)
    return client
  }

  /** Seconds that curl took, and the draft. */
  async upload(
    policy: 'PUBLIC' | 'PLAN:gold',
    files: readonly string[],
  ): Promise<{ seconds: number; unsignedHex: string; cid: string }> {
    const fields = { title: 'Bench', teaser: 'Bytes', policy, idempotencyKey: randomUUID() }
    const form = Object.entries(fields).flatMap(([name, value]) => ['-F', `${name}=${value}`])
    const parts = files.flatMap((file) => ['-F', `file=@${file};type=application/octet-stream`])
    const { seconds, output } = await curl([
      ...['-H', `authorization: Bearer ${this.token}`, ...form, ...parts],
      `${this.url}/api/upload-content`,
    ])
    const answer = JSON.parse(output)
    if (!answer.draft) throw new Error(output.slice(0, 500))
    return { seconds, unsignedHex: answer.draft.unsignedHex, cid: answer.files[0].cid }
  }

  /** The post's hash, once it is committed. */
  async submit(unsignedHex: string): Promise<string> {
    const draft = decodeTransaction(Buffer.from(unsignedHex, 'hex'))
    const signed = encodeTransaction(signTransaction(draft, Buffer.from(this.creator.seedHex, 'hex')))
    const signedHex = Buffer.from(signed).toString('hex')
    const { transaction } = await post(
      this.url,
      '/api/transaction/submit',
      { signedHex, wait: 'COMMITTED' },
      this.token,
    )
    return transaction.transactionId
  }
}

/** Runs curl to its end; output and how long its transfer took. */
export async function curl(args: readonly string[]): Promise<{ output: string; seconds: number }> {
  const child = spawn('curl', ['-sS', '--fail-with-body', '-w', '\n%{time_total}', ...args])
  let text = ''
  let errors = ''
  child.stdout.on('data', (chunk) => {
    text += chunk
  })
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  const end = text.lastIndexOf('\n')
  const output = text.slice(0, end)
  if (code !== 0) throw new Error(`curl ended with ${code}: ${errors}${output.slice(0, 500)}`)
  return { output, seconds: Number(text.slice(end + 1)) }
}

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into, not modelled
async function post(url: string, path: string, body: unknown, token?: string): Promise<any> {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  })
  const answer = (await response.json()) as { errors?: unknown[] }
  if (answer.errors && answer.errors.length > 0) throw new Error(`${path}: ${JSON.stringify(answer.errors)}`)
  return answer
}
