import type { TransactionMetadata } from '../../deso/transaction.js'
import { decodeHex, toHex } from '../go/hex.js'
import { text } from '../go/json-fields.js'
import type { GoJson } from '../go/json-write.js'
import { assertAssociationNames, findDeletable } from '../ledger/associations.js'
import { RuleRefusal } from '../ledger/rule-refusal.js'
import type { NodeView } from '../node-view.js'
import { encodeExtraData } from '../views/extra-data.js'
import { decodeCheck } from '../wire/base58-check.js'
import { CONSTRUCT_FIELDS, construct, constructedJson, feeOutputs, spendingOf } from './construct.js'
import { NodeError } from './reply.js'
import { decodeBodySilently } from './request.js'
import type { Route } from './routes.js'

/** Building association transactions (backend routes/associations.go). Bad keys and broken rules are 500 here. */
const CREATE = 'CreateUserAssociation: '
const DELETE = 'DeleteUserAssociation: '

export const associationConstructRoutes: Route[] = [
  {
    method: 'POST',
    path: '/api/v0/user-associations/create',
    handle(node, request) {
      const body = decodeBodySilently(
        request,
        'CreateUserAssociationRequest',
        {
          ...CONSTRUCT_FIELDS,
          TransactorPublicKeyBase58Check: text,
          TargetUserPublicKeyBase58Check: text,
          AppPublicKeyBase58Check: text,
          AssociationType: text,
          AssociationValue: text,
        },
        `${CREATE}problem parsing request body`,
      )
      const transactor = keyOf(body.TransactorPublicKeyBase58Check, CREATE, TRANSACTOR)
      const target = keyOf(body.TargetUserPublicKeyBase58Check, CREATE, TARGET)
      const app =
        body.AppPublicKeyBase58Check === '' ? NO_APP : keyOf(body.AppPublicKeyBase58Check, CREATE, APP)
      const type = Buffer.from(given(body.AssociationType, `${CREATE}must provide an AssociationType`))
      const value = Buffer.from(given(body.AssociationValue, `${CREATE}must provide an AssociationValue`))
      return build(node, body, {
        caller: CREATE,
        owner: transactor,
        metadata: {
          type: 'CREATE_USER_ASSOCIATION',
          targetPublicKey: target,
          appPublicKey: app,
          associationType: type,
          associationValue: value,
        },
        check: () => assertAssociationNames(type.toString('latin1'), value.toString('latin1')),
        checkedBy: 'Blockchain.CreateCreateUserAssociationTxn',
      })
    },
  },
  {
    method: 'POST',
    path: '/api/v0/user-associations/delete',
    handle(node, request) {
      const body = decodeBodySilently(
        request,
        'DeleteAssociationRequest',
        { ...CONSTRUCT_FIELDS, TransactorPublicKeyBase58Check: text, AssociationID: text },
        `${DELETE}problem parsing request body`,
      )
      const transactor = keyOf(body.TransactorPublicKeyBase58Check, DELETE, TRANSACTOR)
      const associationId = idOf(body.AssociationID)
      return build(node, body, {
        caller: DELETE,
        owner: transactor,
        metadata: { type: 'DELETE_USER_ASSOCIATION', associationId },
        check: () => findDeletable(node.chain.ledger, toHex(transactor), toHex(associationId)),
        checkedBy: 'Blockchain.CreateDeleteUserAssociationTxn',
      })
    },
  },
]

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
    feeOutputs(body.TransactionFees),
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

function idOf(hex: string): Uint8Array {
  given(hex, `${DELETE}must provide an AssociationID`)
  const bytes = orRefuse(`${DELETE}invalid AssociationID provided`, () => decodeHex(hex))
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
