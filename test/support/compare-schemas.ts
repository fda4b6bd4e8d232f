import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isSpecifiedScalarType,
  isUnionType,
} from 'graphql'

/** What a schema lacks of a contract, one line each: `Plan.title: String! is missing`. It may have more. */
export function missingFrom(contract: GraphQLSchema, schema: GraphQLSchema): string[] {
  return typesOf(contract).flatMap((wanted) => {
    const type = schema.getType(wanted.name)
    if (!type) return [`${wanted.name} is missing`]
    const have = new Set(factsOf(type))
    return factsOf(wanted)
      .filter((fact) => !have.has(fact))
      .map((fact) => `${fact} is missing`)
  })
}

/** The places of a schema that say nothing of themselves. */
export function undescribed(schema: GraphQLSchema): string[] {
  const named = typesOf(schema).flatMap((type) => [
    { name: type.name, description: type.description },
    ...membersOf(type),
  ])
  return named.filter(({ description }) => !description?.trim()).map(({ name }) => name)
}

function typesOf(schema: GraphQLSchema): GraphQLNamedType[] {
  return Object.values(schema.getTypeMap()).filter(
    (type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type),
  )
}

/** Everything that clients rely on, each as a line of its own. */
function factsOf(type: GraphQLNamedType): string[] {
  const { name } = type
  const kind = `${type.constructor.name} ${name}`
  if (isEnumType(type)) return [kind, ...type.getValues().map((value) => `${name}.${value.name}`)]
  if (isUnionType(type)) return [kind, ...type.getTypes().map((member) => `${member.name} in ${name}`)]
  if (isInputObjectType(type)) {
    const inputs = Object.values(type.getFields()).map((field) => `${name}.${inputFact(field)}`)
    return [kind, ...(type.isOneOf ? [`@oneOf on ${name}`] : []), ...inputs]
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return [kind]
  const interfaces = type.getInterfaces().map((one) => `${name} implements ${one.name}`)
  const fields = Object.values(type.getFields()).flatMap((field) => [
    `${name}.${field.name}: ${field.type}`,
    ...field.args.map((argument) => `${name}.${field.name}(${inputFact(argument)})`),
  ])
  return [kind, ...interfaces, ...fields]
}

function inputFact({ name, type, defaultValue }: GraphQLArgument | GraphQLInputField): string {
  return `${name}: ${type}${defaultValue === undefined ? '' : ` = ${JSON.stringify(defaultValue)}`}`
}

interface Described {
  name: string
  description?: string | null | undefined
}

function membersOf(type: GraphQLNamedType): Described[] {
  const inType = ({ name, description }: Described) => ({ name: `${type.name}.${name}`, description })
  if (isEnumType(type)) return type.getValues().map(inType)
  if (isInputObjectType(type)) return Object.values(type.getFields()).map(inType)
  if (!isObjectType(type) && !isInterfaceType(type)) return []
  return Object.values(type.getFields()).flatMap((field) => [
    inType(field),
    ...field.args.map((argument) => inType({ ...argument, name: `${field.name}(${argument.name})` })),
  ])
}
