import { contentBody } from '../../src/protocol/content-post.js'
import { bearer, type FileGiven, filePart, newKey, sendGraphql } from './library.js'
import type { Market } from './market.js'
import type { Json, Person, World } from './world.js'

const PAYLOAD = `draft { kind unsignedHex signer { publicKey } preview { kind summary } }
  manifestCid
  files { name mediaType byteSize cid isEncrypted url }
  errors { __typename code message path retryable }`

const UPDATE = `mutation ($input: UpdateContentInput!) { updateContent(input: $input) { ${PAYLOAD} } }`

/** A file of an update: its bytes, or what says that it is there already. */
export type UpdatedFile = FileGiven | { name?: string; cid?: string; uploadId?: string; mediaType?: string }

export interface UpdateGiven {
  postHash?: string
  id?: string
  title?: string
  teaser?: string
  policy?: string
  files?: readonly UpdatedFile[]
  idempotencyKey?: string
}

/** The payload of updateContent. */
export async function update(world: World, token: string | undefined, given: UpdateGiven): Promise<Json> {
  const { files, ...rest } = given
  const sent = (files ?? []).filter((file): file is FileGiven => 'bytes' in file)
  const map: Record<string, string[]> = {}
  const listed = files?.map((file, position) => {
    if (!('bytes' in file)) return file
    map[String(sent.indexOf(file))] = [`variables.input.files.${position}.upload`]
    return { upload: null, name: file.name, ...(file.type && { mediaType: file.type }) }
  })
  const input = { idempotencyKey: newKey(), ...rest, ...(listed && { files: listed }) }
  if (sent.length === 0) {
    return (await world.ask(UPDATE, { input }, token)).updateContent
  }
  const { status, body } = await sendGraphql(
    world,
    [
      { name: 'operations', value: JSON.stringify({ query: UPDATE, variables: { input } }) },
      { name: 'map', value: JSON.stringify(map) },
      ...sent.map((file, index) => filePart(String(index), file)),
    ],
    token,
  )
  if (status !== 200 || body.errors) throw new Error(`${status} ${JSON.stringify(body)}`)
  return body.data.updateContent
}

/** The payload of hideContent. */
export async function hide(
  world: World,
  token: string | undefined,
  given: { postHash?: string; id?: string; signer?: string; idempotencyKey?: string },
): Promise<Json> {
  const { hideContent } = await world.ask(
    `mutation ($input: HideContentInput!) { hideContent(input: $input) {
      draft { kind unsignedHex signer { publicKey } preview { kind summary outputs { to { publicKey } } } }
      errors { __typename code message path retryable }
    } }`,
    { input: { idempotencyKey: newKey(), ...given } },
    token,
  )
  return hideContent
}

/** What a content was, newest first. */
export async function versions(world: World, postHash: string): Promise<Json[]> {
  const { content } = await world.ask(
    `query ($postHash: TransactionId!) { content(postHash: $postHash) { versions {
      manifestCid title policy { text } transaction { transactionId kind status signer { publicKey } }
    } } }`,
    { postHash },
  )
  return content.versions
}

/** The bytes of a file as this viewer gets them; the status where that is not 200. */
export async function bytesOf(
  world: World,
  postHash: string,
  file: string | number,
  token?: string,
): Promise<string | number> {
  const headers = bearer(token)
  const response = await fetch(`${world.url}/content/${postHash}/${file}`, { headers })
  const body = await response.text()
  return response.status === 200 ? body : response.status
}

/** A post, or an edit of one, that no gateway drafted: waits for a block. Its id. */
export async function sendPost(
  market: Market,
  author: Person,
  given: { edits?: string; isHidden?: boolean; body?: string; extra?: Record<string, string> },
): Promise<string> {
  const { height } = await market.world.chain.forward(0)
  return market.sendOwn(author, {
    nonce: { expirationBlockHeight: BigInt(height + 100), partialId: nonces++ },
    metadata: {
      type: 'SUBMIT_POST',
      postHashToModify: Buffer.from(given.edits ?? '', 'hex'),
      parentStakeId: new Uint8Array(),
      body: given.body === undefined ? new Uint8Array() : contentBody(given.body),
      creatorBasisPoints: 1_000n,
      stakeMultipleBasisPoints: 12_500n,
      timestampNanos: 1_900_000_000_000_000_000n,
      isHidden: given.isHidden ?? false,
    },
    extraData: new Map(Object.entries(given.extra ?? {}).map(([key, text]) => [key, Buffer.from(text)])),
  })
}

let nonces = 1n
