import { readFileSync } from 'node:fs'
import {
  buildClientSchema,
  buildSchema,
  type GraphQLSchema,
  introspectionFromSchema,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  lexicographicSortSchema,
  printSchema,
  validateSchema,
} from 'graphql'
import { describe, expect, it } from 'vitest'
import { createSchema, printWithRoots } from '../src/graphql/schema.js'
import { missingFrom, undescribed } from './support/compare-schemas.js'

const schema = createSchema('testnet')
const contract = buildSchema(readFileSync('test/fixtures/contract.graphql', 'utf8'), { assumeValidSDL: true })

function rootFields(of: GraphQLSchema) {
  return [of.getQueryType(), of.getMutationType(), of.getSubscriptionType()].flatMap((root) =>
    Object.values(root?.getFields() ?? {}),
  )
}

describe('the schema', () => {
  it('has every type, field, argument, default, interface and value of the contract', () => {
    expect(missingFrom(contract, schema)).toEqual([])
  })

  it('is seen to lack what it lacks', () => {
    const less = buildSchema(
      printWithRoots(schema)
        .replace('state: PlanState!', 'state: PlanState')
        .replace('periods: Int = 1', 'periods: Int'),
    )
    expect(missingFrom(contract, less)).toEqual([
      'Plan.state: PlanState! is missing',
      'SubscribeInput.periods: Int = 1 is missing',
    ])
  })

  it('describes every type, field, argument, input field and enum value', () => {
    expect(undescribed(schema)).toEqual([])
  })

  it('says of every operation who may call it', () => {
    const silent = rootFields(schema).filter(
      ({ description }) => !/public|anybody|anyone|MUST be signed in/i.test(description ?? ''),
    )
    expect(silent.map(({ name }) => name)).toEqual([])
  })

  it('says of every scalar of its own where it is specified', () => {
    const scalars = Object.values(schema.getTypeMap()).filter(
      (type) => isScalarType(type) && !isSpecifiedScalarType(type),
    )
    expect(scalars.map(({ name }) => name).sort()).toEqual(
      [
        'ByteSize',
        'Cid',
        'DateTime',
        'Hex',
        'Jws',
        'Nanos',
        'PublicKey',
        'Slug',
        'TransactionId',
        'URL',
        'Uint256',
        'Upload',
      ].sort(),
    )
    for (const scalar of scalars) {
      expect(URL.canParse((isScalarType(scalar) && scalar.specifiedByURL) || '')).toBe(true)
    }
  })

  it('is valid', () => {
    expect(validateSchema(schema)).toEqual([])
  })

  it('gives every list rows and elements that are never null, but for nodes', () => {
    const loose = Object.values(schema.getTypeMap())
      .filter((type) => isObjectType(type) && !type.name.startsWith('__'))
      .flatMap((type) =>
        isObjectType(type) ? Object.values(type.getFields()).map((field) => [type, field] as const) : [],
      )
      .filter(([, { type }]) => /\[\w+\]/.test(String(type)))
      .map(([type, field]) => `${type.name}.${field.name}`)
    expect(loose).toEqual(['Query.nodes'])
  })

  it('is the same on both networks', () => {
    expect(printWithRoots(createSchema('mainnet'))).toBe(printWithRoots(schema))
  })
})

describe('the schema as text', () => {
  const text = printWithRoots(schema)

  it('is what is committed in schema/schema.graphql', () => {
    expect(readFileSync('schema/schema.graphql', 'utf8')).toBe(text)
  })

  it('reads again as the same schema, Live being the root of what is watched', () => {
    const again = buildSchema(text)
    expect(again.getSubscriptionType()?.name).toBe('Live')
    expect(again.getQueryType()?.name).toBe('Query')
    expect(again.getMutationType()?.name).toBe('Mutation')
    expect(printSchema(lexicographicSortSchema(again))).toBe(printSchema(lexicographicSortSchema(schema)))
    expect(missingFrom(schema, again)).toEqual([])
  })

  it('survives introspection, by which clients read it', () => {
    const again = buildClientSchema(introspectionFromSchema(schema, { oneOf: true, specifiedByUrl: true }))
    expect(again.getSubscriptionType()?.name).toBe('Live')
    expect(missingFrom(schema, again)).toEqual([])
  })
})
