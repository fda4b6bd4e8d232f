import { type Multipart, multipart, type Part } from './multipart.js'
import type { Json, Person, World } from './world.js'

/** A file to publish. */
export interface FileGiven {
  name: string
  bytes: Uint8Array | string
  /** Default application/octet-stream. */
  type?: string
}

export interface Given {
  files: readonly FileGiven[]
  title?: string
  teaser?: string
  /** Default PUBLIC. */
  policy?: string
  /** One of its own unless given. */
  idempotencyKey?: string
}

/** A content whose post is on chain. */
export interface PublishedContent {
  postHash: string
  manifestCid: string
  files: Json[]
}

export const PUBLISH = `mutation ($input: PublishContentInput!) { publishContent(input: $input) {
  draft { kind unsignedHex signer { publicKey } preview { summary outputs { to { publicKey } } fee { nanos } spend { nanos } } }
  manifestCid
  files { name mediaType byteSize cid isEncrypted url }
  errors { __typename code message path retryable ... on UploadTooLarge { limit } }
} }`

let keys = 0

export function newKey(): string {
  keys += 1
  return `content-${keys}`
}

/** The parts of a publishContent request by the GraphQL multipart specification, files in their order. */
export function publishParts({ files, ...given }: Given): Part[] {
  const input = inputOf(given)
  const names = files.map(({ name, type }) => ({ upload: null, name, ...(type && { mediaType: type }) }))
  const variables = { input: { ...input, files: names } }
  const map = Object.fromEntries(files.map((_, index) => [index, [`variables.input.files.${index}.upload`]]))
  return [
    { name: 'operations', value: JSON.stringify({ query: PUBLISH, variables }) },
    { name: 'map', value: JSON.stringify(map) },
    ...files.map((file, index) => filePart(String(index), file)),
  ]
}

/** The parts of POST /api/upload-content. */
export function uploadParts({ files, ...given }: Given): Part[] {
  const fields = Object.entries(inputOf(given)).map(([name, value]) => ({ name, value }))
  return [...fields, ...files.map((file) => filePart('file', file))]
}

export function filePart(name: string, { name: filename, bytes, type }: FileGiven): Part {
  return { name, value: bytes, filename, type: type ?? 'application/octet-stream' }
}

function inputOf({
  title = 'Title',
  teaser = 'Teaser',
  policy = 'PUBLIC',
  idempotencyKey,
}: Omit<Given, 'files'>) {
  return { title, teaser, policy, idempotencyKey: idempotencyKey ?? newKey() }
}

export interface HttpAnswer {
  status: number
  headers: Headers
  body: Json
}

/** Sends a body as one piece; the answer as JSON. */
export async function send(url: string, { headers, body }: Multipart, token?: string): Promise<HttpAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers, ...bearer(token) },
    body: new Uint8Array(body),
  })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

export function bearer(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` }
}

/** The answer of a multipart GraphQL request with these parts. */
export function sendGraphql(
  world: Pick<World, 'url'>,
  parts: readonly Part[],
  token?: string,
): Promise<HttpAnswer> {
  return send(`${world.url}/graphql`, multipart(parts), token)
}

/** The payload of publishContent. */
export async function upload(
  world: Pick<World, 'url'>,
  token: string | undefined,
  given: Given,
): Promise<Json> {
  const { status, body } = await sendGraphql(world, publishParts(given), token)
  if (status !== 200 || body.errors) throw new Error(`${status} ${JSON.stringify(body)}`)
  return body.data.publishContent
}

/** Uploads, signs, submits and waits for the block. */
export async function publish(world: World, person: Person, given: Given): Promise<PublishedContent> {
  const payload = await upload(world, await world.signIn(person), given)
  return announce(world, person, payload)
}

/** Signs and submits the draft of an upload. */
export async function announce(world: World, person: Person, payload: Json): Promise<PublishedContent> {
  if (payload.errors.length > 0) throw new Error(JSON.stringify(payload.errors))
  const { transaction, errors } = await world.submit(payload.draft.unsignedHex, person)
  if (errors.length > 0 || transaction.status !== 'COMMITTED')
    throw new Error(JSON.stringify({ transaction, errors }))
  return { postHash: transaction.transactionId, manifestCid: payload.manifestCid, files: payload.files }
}

/** A committed plan of 1,000 nanos for 600 seconds. */
export async function makePlan(world: World, creator: Person, slug: string): Promise<void> {
  const { createPlan } = await world.ask(
    `mutation ($input: CreatePlanInput!) { createPlan(input: $input) { draft { unsignedHex } errors { message } } }`,
    {
      input: {
        slug,
        title: 'Gold',
        priceNanos: '1000',
        periodSeconds: 600,
        signer: creator.publicKey,
        idempotencyKey: newKey(),
      },
    },
  )
  await world.submit(createPlan.draft.unsignedHex, creator)
}

/** The content as a viewer sees it. */
export async function view(world: World, postHash: string, token?: string): Promise<Json> {
  const { content } = await world.ask(
    `query ($postHash: TransactionId!) { content(postHash: $postHash) {
      id postHash title teaser policy { text } manifestCid creator { publicKey }
      files { name mediaType byteSize cid isEncrypted url }
      viewerAccess { granted reason expiresAt }
    } }`,
    { postHash },
    token,
  )
  return content
}
