import 'reflect-metadata'
import {
  GraphQLInputObjectType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  GraphQLSchema,
  lexicographicSortSchema,
  printSchema,
} from 'graphql'
import { buildSchemaSync, getMetadataStorage } from 'type-graphql'
import type { Network } from '../deso/keys.js'
import { AccessResolver } from './access/access-resolver.js'
import { AccountResolver } from './account/account-resolver.js'
import { MoneyResolver } from './account/money.js'
import { SessionResolver } from './account/session-resolver.js'
import { ContentChangeResolver } from './content/change-resolver.js'
import { ContentResolver } from './content/content-resolver.js'
import { FileResolver } from './content/file-resolver.js'
import { PlanRuleResolver } from './content/policy-resolver.js'
import { PublishResolver } from './content/publish-resolver.js'
import { StorageResolver } from './content/storage-resolver.js'
import { UploadLinkResolver } from './content/upload-link-resolver.js'
import { ContentVersionsResolver, VersionResolver } from './content/version-resolver.js'
import { DraftExpired, PlanChanged } from './errors/draft-errors.js'
import { InsufficientFunds, PLAIN_ERRORS, TransactionRejected, UploadTooLarge } from './errors/user-errors.js'
import { GatewayResolver } from './gateway/gateway-resolver.js'
import { liftEvents } from './live/live-field.js'
import { LiveResolver } from './live/live-resolver.js'
import { NodeResolver } from './node/node-resolver.js'
import { JwsScalar } from './scalars/identifiers.js'
import { Uint256Scalar } from './scalars/integers.js'
import { createPublicKeyScalar, PublicKeyType } from './scalars/public-key.js'
import { SubscriptionDraftResolver } from './subscription/draft-resolver.js'
import { PaymentFieldResolver, PlanFieldResolver } from './subscription/field-resolvers.js'
import { TransactionResolver } from './transaction/transaction-resolver.js'

/** Input types of which exactly one field must be given: type-graphql has no option for it. */
const ONE_OF = ['AccountBy', 'AccessTarget', 'SignInInput', 'CreateTransactionInput']

/** The executable schema for a gateway of one network: keys of the other are refused as they are parsed. */
export function createSchema(network: Network): GraphQLSchema {
  // Without resolvers of their own where a property is all there is: no middleware here asks for them.
  for (const type of getMetadataStorage().objectTypes) type.simpleResolvers = true
  const schema = buildSchemaSync({
    resolvers: [
      AccessResolver,
      AccountResolver,
      ContentChangeResolver,
      ContentResolver,
      ContentVersionsResolver,
      FileResolver,
      GatewayResolver,
      LiveResolver,
      MoneyResolver,
      NodeResolver,
      PaymentFieldResolver,
      PlanFieldResolver,
      PlanRuleResolver,
      PublishResolver,
      SessionResolver,
      StorageResolver,
      SubscriptionDraftResolver,
      TransactionResolver,
      UploadLinkResolver,
      VersionResolver,
    ],
    orphanedTypes: [
      ...Object.values(PLAIN_ERRORS),
      DraftExpired,
      InsufficientFunds,
      PlanChanged,
      TransactionRejected,
      UploadTooLarge,
    ],
    scalarsMap: [{ type: PublicKeyType, scalar: createPublicKeyScalar(network) }],
    validate: false,
  })
  for (const name of ONE_OF) oneOf(schema.getType(name))
  describe(
    schema.getQueryType(),
    'What can be asked. Everything here is public knowledge; a session adds the viewer’s part.',
  )
  describe(
    schema.getMutationType(),
    'What can be done. Whatever moves money or records is a draft, which its signer signs and submits.',
  )
  const lifted = liftEvents(
    schema,
    'Live',
    'What can be watched, over a WebSocket or as server-sent events. Every event is a committed block’s.',
  )
  const config = lifted.toConfig()
  return new GraphQLSchema({ ...config, types: [...config.types, Uint256Scalar, JwsScalar] })
}

/** As SDL. Its `schema` block is printed because the live root is called Live: the type Subscription is a fan's. */
export function printWithRoots(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`
}

/** type-graphql makes the roots by itself, without a word. */
function describe(type: GraphQLObjectType | null | undefined, description: string): void {
  if (!type) throw new TypeError('describe: no such root')
  type.description = description
}

function oneOf(type: GraphQLNamedType | undefined): void {
  if (!(type instanceof GraphQLInputObjectType)) throw new TypeError('oneOf: no such input type')
  type.isOneOf = true
}
