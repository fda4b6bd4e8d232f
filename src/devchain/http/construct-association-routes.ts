import type { TransactionMetadata } from '../../deso/transaction.js'
import { typeNameOf } from '../../deso/transaction-types.js'
import { decodeHex, toHex } from '../go/hex.js'
import { type Decoded, text } from '../go/json-fields.js'
import type { GoJson } from '../go/json-write.js'
import type { AssociationRows } from '../ledger/association-rows.js'
import { assertAssociationNames, assertPost, findDeletable } from '../ledger/associations.js'
import type { Ledger } from '../ledger/ledger.js'
import { RuleRefusal } from '../ledger/rule-refusal.js'
import type { NodeView } from '../node-view.js'
import { encodeExtraData } from '../views/extra-data.js'
import { decodeCheck } from '../wire/base58-check.js'
import { writeOther } from '../wire/other-metadata.js'
import { CONSTRUCT_FIELDS, construct, constructedJson, feeOutputs, spendingOf } from './construct.js'
import { NodeError } from './reply.js'
import { decodeBodySilently, type NodeRequest } from './request.js'
import type { Route } from './routes.js'

/** Building association transactions (backend routes/associations.go). Bad keys and broken rules are 500 here. */
export const associationConstructRoutes: Route[] = [
  {
    method: 'POST',
    path: '/api/v0/user-associations/create',
    handle(node, request) {
      const caller = 'CreateUserAssociation: '
      const body = readCreate(request, 'CreateUserAssociationRequest', caller)
      const { transactor, app } = partiesOf(body, caller)
      const targetPublicKey = keyOf(body.TargetUserPublicKeyBase58Check, caller, TARGET)
      const appPublicKey = app()
      const { type, value, check } = namesOf(body, caller)
      return build(node, body, {
        caller,
        owner: transactor,
        metadata: {
          type: 'CREATE_USER_ASSOCIATION',
          targetPublicKey,
          appPublicKey,
          associationType: type,
          associationValue: value,
        },
        check,
        checkedBy: 'Blockchain.CreateCreateUserAssociationTxn',
      })
    },
  },
  {
    method: 'POST',
    path: '/api/v0/post-associations/create',
    handle(node, request) {
      const caller = 'CreatePostAssociation: '
      const body = readCreate(request, 'CreatePostAssociationRequest', caller)
      const { transactor, app } = partiesOf(body, caller)
      const hash = idOf(body.PostHashHex, caller, 'PostHashHex')
      const AppPublicKey = app()
      const { type, value, check } = namesOf(body, caller)
      return build(node, body, {
        caller,
        owner: transactor,
        metadata: writeOther('CREATE_POST_ASSOCIATION', {
          PostHash: hash,
          AppPublicKey,
          AssociationType: type,
          AssociationValue: value,
        }),
        check() {
          check()
          assertPost(node.chain.ledger, toHex(hash))
        },
        checkedBy: 'Blockchain.CreateCreatePostAssociationTxn',
      })
    },
  },
  deleteRoute(
    'User',
    ({ userAssociations }) => userAssociations,
    (associationId) => ({
      type: 'DELETE_USER_ASSOCIATION',
      associationId,
    }),
  ),
  deleteRoute(
    'Post',
    ({ postAssociations }) => postAssociations,
    (AssociationID) => writeOther('DELETE_POST_ASSOCIATION', { AssociationID }),
  ),
]

function deleteRoute(
  noun: 'User' | 'Post',
  rowsOf: (ledger: Ledger) => AssociationRows,
  metadataOf: (associationId: Uint8Array) => TransactionMetadata,
): Route {
  const caller = `Delete${noun}Association: `
  return {
    method: 'POST',
    path: `/api/v0/${noun.toLowerCase()}-associations/delete`,
    handle(node, request) {
      const body = decodeBodySilently(
        request,
        'DeleteAssociationRequest',
        { ...CONSTRUCT_FIELDS, TransactorPublicKeyBase58Check: text, AssociationID: text },
        `${caller}problem parsing request body`,
      )
      const transactor = keyOf(body.TransactorPublicKeyBase58Check, caller, TRANSACTOR)
      const associationId = idOf(body.AssociationID, caller, 'AssociationID')
      return build(node, body, {
        caller,
        owner: transactor,
        metadata: metadataOf(associationId),
        check: () => findDeletable(rowsOf(node.chain.ledger), toHex(transactor), toHex(associationId)),
        checkedBy: `Blockchain.CreateDelete${noun}AssociationTxn`,
      })
    },
  }
}

const CREATE_FIELDS = {
  ...CONSTRUCT_FIELDS,
  TransactorPublicKeyBase58Check: text,
  TargetUserPublicKeyBase58Check: text,
  PostHashHex: text,
  AppPublicKeyBase58Check: text,
  AssociationType: text,
  AssociationValue: text,
}

type CreateBody = Decoded<typeof CREATE_FIELDS>

function readCreate(request: NodeRequest, typeName: string, caller: string): CreateBody {
  return decodeBodySilently(request, typeName, CREATE_FIELDS, `${caller}problem parsing request body`)
}

/** The app is looked at after what the association is with. */
function partiesOf(body: CreateBody, caller: string) {
  return {
    transactor: keyOf(body.TransactorPublicKeyBase58Check, caller, TRANSACTOR),
    app: () =>
      body.AppPublicKeyBase58Check === '' ? NO_APP : keyOf(body.AppPublicKeyBase58Check, caller, APP),
  }
}

function namesOf(body: CreateBody, caller: string) {
  const type = Buffer.from(given(body.AssociationType, `${caller}must provide an AssociationType`))
  const value = Buffer.from(given(body.AssociationValue, `${caller}must provide an AssociationValue`))
  const check = () => assertAssociationNames(type.toString('latin1'), value.toString('latin1'))
  return { type, value, check }
}

const NO_APP = new Uint8Array(33)

interface Role {
  field: string
  name: string
}

const TRANSACTOR: Role = { field: 'TransactorPublicKeyBase58Check', name: 'transactor' }
const TARGET: Role = { field: 'TargetUserPublicKeyBase58Check', name: 'target user' }
const APP: Role = { field: 'AppPublicKeyBase58Check', name: 'app' }

interface Plan {
  caller: string
  owner: Uint8Array
  metadata: TransactionMetadata
  /** Throws RuleRefusal. */
  check(): void
  checkedBy: string
}

interface SharedBody {
  MinFeeRateNanosPerKB: bigint
  TransactionFees: readonly { PublicKeyBase58Check: string; AmountNanos: bigint }[]
  ExtraData: ReadonlyMap<string, string>
}

function build(
  node: NodeView,
  body: SharedBody,
  { caller, owner, metadata, check, checkedBy }: Plan,
): GoJson {
  const extraData = orRefuse(`${caller}invalid ExtraData provided`, () => encodeExtraData(body.ExtraData))
  const outputs = orRefuse(`${caller}specified TransactionFees are invalid`, () =>
    feeOutputs(node, typeNameOf(metadata), body.TransactionFees),
  )
  try {
    check()
  } catch (error) {
    if (!(error instanceof RuleRefusal)) throw error
    throw new NodeError(500, `${caller}problem creating txn: ${checkedBy}: ${error.text}`)
  }
  const constructed = construct(node, {
    owner,
    metadata,
    outputs,
    extraData,
    minFeeRate: body.MinFeeRateNanosPerKB,
  })
  const { spend, total, fee } = spendingOf(constructed)
  return {
    SpendAmountNanos: spend,
    TotalInputNanos: total,
    ChangeAmountNanos: 0,
    FeeNanos: fee,
    Transaction: constructedJson(constructed, { emptyExtraData: true }),
    TransactionHex: constructed.hex,
    TxnHashHex: constructed.hash,
  }
}

function keyOf(key: string, caller: string, { field, name }: Role): Uint8Array {
  given(key, `${caller}must provide a ${field}`)
  try {
    const bytes = decodeCheck(key)
    if (bytes.length === 33) return bytes
  } catch {
    // Said below, without the reason.
  }
  throw new NodeError(500, `${caller}problem getting public key for the ${name}`)
}

/** A short one is filled up with zeros. */
function idOf(hex: string, caller: string, field: string): Uint8Array {
  given(hex, `${caller}must provide ${field === 'PostHashHex' ? 'a' : 'an'} ${field}`)
  const bytes = orRefuse(`${caller}invalid ${field} provided`, () => decodeHex(hex))
  const id = new Uint8Array(32)
  id.set(bytes.subarray(0, 32))
  return id
}

function given(value: string, problem: string): string {
  if (value === '') throw new NodeError(400, problem)
  return value
}

function orRefuse<T>(problem: string, work: () => T): T {
  try {
    return work()
  } catch {
    throw new NodeError(400, problem)
  }
}
