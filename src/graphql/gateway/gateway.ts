import { Field, Int, ObjectType, registerEnumType } from 'type-graphql'
import { ByteSizeScalar } from '../scalars/integers.js'

export const NetworkEnum = { MAINNET: 'mainnet', TESTNET: 'testnet' } as const
registerEnumType(NetworkEnum, {
  name: 'Network',
  description: 'Which DeSo chain.',
  valuesConfig: {
    MAINNET: { description: 'Real money.' },
    TESTNET: { description: 'A test network, or the local chain.' },
  },
})

@ObjectType({ description: 'Where content is stored.' })
export class StorageStatus {
  @Field(() => String, { description: 'embedded: the store in the gateway’s data directory.' })
  kind!: string

  @Field(() => Boolean, { description: 'It answers.' })
  isHealthy!: boolean
}

@ObjectType({ description: 'What this gateway refuses.' })
export class Limits {
  @Field(() => Int, { description: 'Rows of a page.' })
  maxPageSize!: number

  @Field(() => ByteSizeScalar, { description: 'Plain bytes of a file.' })
  maxFileBytes!: number

  @Field(() => Int, { description: 'Files of a content.' })
  maxFilesPerContent!: number

  @Field(() => ByteSizeScalar, { description: 'Bytes that an account has uploaded and not yet published.' })
  maxUnpublishedBytes!: number

  @Field(() => Int, { description: 'Uploads at /uploads that an account may have open.' })
  maxOpenUploads!: number

  @Field(() => Int, {
    description: 'How long an upload at /uploads is kept after its last byte, in seconds.',
  })
  uploadSeconds!: number

  @Field(() => Int, { description: 'Levels of a query.' })
  maxQueryDepth!: number

  @Field(() => Int, { description: 'Fields of an answer, at the worst page sizes.' })
  maxQueryCost!: number

  @Field(() => Int, { description: 'Tokens of a query.' })
  maxQueryTokens!: number

  @Field(() => Int, { description: 'Aliases of a query.' })
  maxQueryAliases!: number

  @Field(() => Int, { description: 'How long `submitTransaction` waits for COMMITTED, in seconds.' })
  commitWaitSeconds!: number

  @Field(() => Int, { description: 'How many blocks back live events are told of again (`fromHeight`).' })
  maxReplayBlocks!: number
}

@ObjectType('Gateway', { description: 'This gateway: network, chain head, storage, limits.' })
export class GatewayObject {
  @Field(() => String, { description: 'Of the software.' })
  version!: string

  @Field(() => Limits, { description: 'What it refuses.' })
  limits!: Limits
}
