import { toHex } from '../go/hex.js'
import { flag, text, uint64 } from '../go/json-fields.js'
import {
  MAX_CREATOR_BASIS_POINTS,
  MAX_DESCRIPTION_BYTES,
  MAX_PROFILE_PIC_BYTES,
  MAX_USERNAME_BYTES,
} from '../ledger/params.js'
import { isUsername } from '../ledger/profiles.js'
import type { NodeView } from '../node-view.js'
import { encodeExtraData } from '../views/extra-data.js'
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

/** update-profile (backend routes/transaction.go). A picture is taken as it is; a node would make a WebP of it. */
export const profileConstructRoute: Route = {
  method: 'POST',
  path: '/api/v0/update-profile',
  takesAnyType: true,
  handle(node, request) {
    const body = decodeBody(
      request,
      'UpdateProfileRequest',
      {
        ...CONSTRUCT_FIELDS,
        UpdaterPublicKeyBase58Check: text,
        ProfilePublicKeyBase58Check: text,
        NewUsername: text,
        NewDescription: text,
        NewProfilePic: text,
        NewCreatorBasisPoints: uint64,
        NewStakeMultipleBasisPoints: uint64,
        IsHidden: flag,
      },
      'UpdateProfile: Problem parsing request body',
    )
    const owner = keyOf(body.UpdaterPublicKeyBase58Check)
    const outputs = orRefuse('UpdateProfile: TransactionFees specified in Request body are invalid: ', () =>
      feeOutputs(node, 'UPDATE_PROFILE', body.TransactionFees),
    )
    const profileKey =
      body.ProfilePublicKeyBase58Check === '' ? new Uint8Array() : keyOf(body.ProfilePublicKeyBase58Check)
    const account = toHex(profileKey.length > 0 ? profileKey : owner)
    assertCanCreate(node, account)
    assertValid(node, account, body)
    const extraData = orRefuse('UpdateProfile: Problem encoding ExtraData: ', () =>
      encodeExtraData(body.ExtraData),
    )
    const constructed = construct(node, {
      owner,
      outputs,
      extraData,
      minFeeRate: body.MinFeeRateNanosPerKB,
      metadata: {
        type: 'UPDATE_PROFILE',
        profilePublicKey: profileKey,
        newUsername: Buffer.from(body.NewUsername),
        newDescription: Buffer.from(body.NewDescription),
        newProfilePic: Buffer.from(body.NewProfilePic),
        newCreatorBasisPoints: body.NewCreatorBasisPoints,
        newStakeMultipleBasisPoints: body.NewStakeMultipleBasisPoints,
        isHidden: body.IsHidden,
      },
    })
    const profileFee = node.chain.ledger.profile(account) ? 0n : node.params.createProfileFeeNanos
    const { total, fee } = spendingOf(constructed, profileFee)
    return {
      TotalInputNanos: total,
      ChangeAmountNanos: 0,
      FeeNanos: fee,
      Transaction: constructedJson(constructed, { emptyExtraData: true }),
      TransactionHex: constructed.hex,
      TxnHashHex: constructed.hash,
      CompProfileCreationTxnHashHex: '',
    }
  },
}

function keyOf(key: string): Uint8Array {
  return keyBytes(key, `UpdateProfile: Problem decoding public key ${key}: `)
}

function assertCanCreate({ chain, params }: NodeView, account: string): void {
  if (chain.ledger.balance(account) < params.createProfileFeeNanos) {
    throw new NodeError(
      400,
      'UpdateProfile: Not allowed to update profile. Please verify your phone number or buy DeSo.',
    )
  }
}

interface ProfileBody {
  NewUsername: string
  NewDescription: string
  NewProfilePic: string
  NewCreatorBasisPoints: bigint
}

function assertValid({ chain }: NodeView, account: string, body: ProfileBody): void {
  const { NewUsername: name } = body
  const refuse = (problem: string) =>
    new NodeError(
      400,
      `UpdateProfile: Problem validating request: ValidateAndConvertUpdateProfileRequest: ${problem}`,
    )
  if (name.startsWith('tBC')) throw refuse('Username cannot start with tBC')
  if (Buffer.byteLength(name) > MAX_USERNAME_BYTES) throw refuse('RuleErrorProfileUsernameTooLong')
  if (Buffer.byteLength(body.NewDescription) > MAX_DESCRIPTION_BYTES) {
    throw refuse('RuleErrorProfileDescriptionTooLong')
  }
  if (Buffer.byteLength(body.NewProfilePic) > MAX_PROFILE_PIC_BYTES)
    throw refuse('RuleErrorMaxProfilePicSize')
  if (body.NewCreatorBasisPoints > MAX_CREATOR_BASIS_POINTS) {
    throw refuse('Creator percentage must be less than 100 percent')
  }
  if (name === '') return
  const holder = chain.ledger.profileByUsername(name)
  if (holder && holder.account !== account) throw refuse(`Username ${holder.username} already exists`)
  if (!isUsername(name)) throw refuse('RuleErrorInvalidUsername')
}
