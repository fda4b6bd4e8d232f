import { decodeHex, toHex } from '../go/hex.js'
import { type Decoded, flag, list, pointer, text, textMap } from '../go/json-fields.js'
import { writeGoJson } from '../go/json-write.js'
import { MAX_BODY_BYTES } from '../ledger/params.js'
import { isVanillaRepost } from '../ledger/posts.js'
import type { NodeView } from '../node-view.js'
import { encodeExtraData } from '../views/extra-data.js'
import { decodeCheck } from '../wire/base58-check.js'
import { NodePanic } from '../wire/parse-transaction.js'
import {
  CONSTRUCT_FIELDS,
  construct,
  constructedJson,
  feeOutputs,
  keyBytes,
  orRefuse,
  spendingOf,
} from './construct.js'
import { NodeError } from './reply.js'
import { decodeBody } from './request.js'
import type { Route } from './routes.js'

/** submit-post (backend routes/transaction.go): new posts, edits, comments, reposts. */
const BODY_FIELDS = { Body: text, ImageURLs: list(text, '[]string'), VideoURLs: list(text, '[]string') }

const FIELDS = {
  ...CONSTRUCT_FIELDS,
  UpdaterPublicKeyBase58Check: text,
  PostHashHexToModify: text,
  ParentStakeID: text,
  BodyObj: pointer('DeSoBodySchema', BODY_FIELDS),
  RepostedPostHashHex: text,
  PostExtraData: textMap,
  IsHidden: flag,
  IsFrozen: flag,
}

type PostRequest = Decoded<typeof FIELDS>
type BodyObj = Decoded<typeof BODY_FIELDS>

export const postConstructRoute: Route = {
  method: 'POST',
  path: '/api/v0/submit-post',
  handle(node, request) {
    const body = decodeBody(request, 'SubmitPostRequest', FIELDS, 'SubmitPost: Problem parsing request body')
    const owner = keyOf(body.UpdaterPublicKeyBase58Check)
    const outputs = orRefuse('SubmitPost: TransactionFees specified in Request body are invalid: ', () =>
      feeOutputs(node, 'SUBMIT_POST', body.TransactionFees),
    )
    const parentStakeId = parentOf(body.ParentStakeID)
    const postHashToModify = editedHash(body.PostHashHexToModify)
    const bytes = postHashToModify.length > 0 ? editedBody(body) : newBody(node, body)
    const timestampNanos = node.nowNanos()
    const constructed = construct(node, {
      owner,
      outputs,
      extraData: extraDataOf(body),
      minFeeRate: body.MinFeeRateNanosPerKB,
      metadata: {
        type: 'SUBMIT_POST',
        postHashToModify,
        parentStakeId,
        body: bytes,
        creatorBasisPoints: 1000n,
        stakeMultipleBasisPoints: 12_500n,
        timestampNanos,
        isHidden: body.IsHidden,
      },
    })
    const { total, fee } = spendingOf(constructed)
    return {
      TstampNanos: timestampNanos,
      PostHashHex: constructed.hash,
      TotalInputNanos: total,
      ChangeAmountNanos: 0,
      FeeNanos: fee,
      Transaction: constructedJson(constructed, { nilBytes: true }),
      TransactionHex: constructed.hex,
    }
  },
}

function keyOf(key: string): Uint8Array {
  return keyBytes(key, `SubmitPost: Problem decoding public key ${key}: `)
}

function parentOf(parent: string): Uint8Array {
  if (parent === '') return new Uint8Array()
  if (parent.length === 64)
    return orRefuse(`SubmitPost: Problem decoding parent stake ID ${parent}: `, () => decodeHex(parent))
  if (!parent.startsWith('tBC')) throw refuse(`Unrecognized parent stake ID: ${parent}`)
  return orRefuse(`SubmitPost: Problem decoding parent stake ID as public key ${parent}: `, () =>
    decodeCheck(parent),
  )
}

function editedHash(hex: string): Uint8Array {
  if (hex === '') return new Uint8Array()
  const bytes = orRefuse(`SubmitPost: Problem decoding PostHashHexToModify ${hex}: `, () => decodeHex(hex))
  if (bytes.length !== 32) throw refuse(`Invalid length for PostHashHexToModify ${hex}`)
  return bytes
}

function newBody(node: NodeView, { BodyObj, RepostedPostHashHex }: PostRequest): Uint8Array {
  if (!BodyObj) throw refuse('BodyObj is required')
  const isRepost = RepostedPostHashHex !== ''
  if (isRepost && !isQuote(BodyObj)) {
    const reposted = node.chain.ledger.post(toHex(repostedHash(RepostedPostHashHex)))
    if (reposted && isVanillaRepost(reposted)) {
      throw refuse('Cannot repost a post that is a repost without a quote')
    }
  }
  return orRefuse('SubmitPost: Error validating body bytes: ', () => cleanBody(BodyObj, isRepost))
}

/** An edit may leave the body as it is. */
function editedBody({ BodyObj, RepostedPostHashHex }: PostRequest): Uint8Array {
  if (!BodyObj) {
    if (RepostedPostHashHex !== '') throw new NodePanic('an edit of a repost without BodyObj')
    return new Uint8Array()
  }
  try {
    return cleanBody(BodyObj, RepostedPostHashHex !== '')
  } catch (error) {
    throw new NodeError(400, (error as Error).message)
  }
}

function cleanBody(body: BodyObj, isRepost: boolean): Uint8Array {
  const isEmpty = body.Body === '' && body.ImageURLs.length === 0 && body.VideoURLs.length === 0
  if (isEmpty && !isRepost)
    throw new Error('SubmitPost: Body or Image or Video is required if not reposting.')
  const bytes = Buffer.from(
    writeGoJson({
      Body: body.Body || undefined,
      ImageURLs: body.ImageURLs.length > 0 ? body.ImageURLs : undefined,
      VideoURLs: body.VideoURLs.length > 0 ? body.VideoURLs : undefined,
    }),
  )
  if (bytes.length <= MAX_BODY_BYTES) return bytes
  throw new Error(
    `SubmitPost: Body is too long. Length is ${bytes.length} but must be no more than ${MAX_BODY_BYTES}`,
  )
}

function extraDataOf(body: PostRequest): Map<string, Uint8Array> {
  const extraData = orRefuse('SubmitPost: Problem decoding ExtraData: ', () =>
    encodeExtraData(body.PostExtraData),
  )
  if (body.IsFrozen) {
    if (extraData.has('IsFrozen')) throw refuse('Cannot specify both IsFrozen and PostExtraData.IsFrozen')
    extraData.set('IsFrozen', Uint8Array.of(1))
  }
  if (body.RepostedPostHashHex !== '') {
    extraData.set('RecloutedPostHash', repostedHash(body.RepostedPostHashHex))
    extraData.set('IsQuotedReclout', Uint8Array.of(body.BodyObj && isQuote(body.BodyObj) ? 1 : 0))
  }
  return extraData
}

function repostedHash(hex: string): Uint8Array {
  try {
    return decodeHex(hex)
  } catch {
    throw refuse('Could not decode Repost Post Hash Hex')
  }
}

function isQuote(body: BodyObj): boolean {
  return body.Body !== '' || body.ImageURLs.length > 0
}

function refuse(problem: string): NodeError {
  return new NodeError(400, `SubmitPost: ${problem}`)
}
