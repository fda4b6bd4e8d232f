import fc from 'fast-check'
import {
  buildSchema,
  execute,
  type GraphQLSchema,
  getOperationAST,
  isAbstractType,
  isObjectType,
  type OperationDefinitionNode,
  parse,
  validate,
} from 'graphql'
import { describe, expect, it } from 'vitest'
import { CompiledQueries } from './compiled-queries.js'

const schema = buildSchema(`
  directive @any on FIELD
  scalar Even
  enum Colour { RED BLUE }
  input Where { name: String @deprecated }
  interface Named { name: String  other: Named }
  type A implements Named { name: String  other: Named  only: Int!  even: Even  colour: Colour  many: [A!]  a: A }
  type B implements Named { name: String  other: Named  evens: [Even]  strict: A!  list: [B!]!  echo(n: Int, s: String = "s"): String }
  union Either = A | B
  type Query { a: A  b: B!  named: Named  either: Either  named_list: [Named]  all: [B!]  maybe: B  echo(n: Int!, e: Even): String  by(where: Where): String }
  type Mutation { a: A }
`)

/** What a field's resolver does, at a path: always the same for one seed, so that both executors meet the same. */
type Outcome = (path: string) => number

interface Source {
  outcome: Outcome
  /** All answers are promises, or none: graphql-js leaves rejections unhandled where a list has both. */
  isLater: boolean
}

class Failure extends Error {
  readonly extensions = { code: 'FAILED' }
}

/** Gives every field a resolver that answers, fails, is null or comes later, by the outcome at its path. */
function withResolvers(plain: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(plain.getTypeMap())) {
    if (isAbstractType(type)) type.resolveType = (value: { is: string }) => value.is
    if (!isObjectType(type) || type.name.startsWith('__')) continue
    for (const field of Object.values(type.getFields())) {
      field.resolve = (parent: { path?: string } | undefined, args, { outcome, isLater }: Source) => {
        const path = `${parent?.path ?? ''}/${field.name}${JSON.stringify(Object.entries(args).sort())}`
        const answer = () => resolved(String(field.type), path, outcome(path))
        return isLater ? Promise.resolve().then(answer) : answer()
      }
    }
  }
  return plain
}

function resolved(type: string, path: string, chance: number): unknown {
  if (chance < 6) throw new Failure(`${path} failed`)
  if (chance < 8) return new Failure(`${path} is an error`)
  return chance < 12 ? null : sample(type, path, chance)
}

function sample(type: string, path: string, chance: number): unknown {
  const name = type.replace(/[[\]!]/g, '')
  if (type.startsWith('[')) {
    return [0, 1, 2].slice(0, chance % 4).map((index) => sample(name, `${path}/${index}`, chance + index))
  }
  if (name === 'Int') return chance
  if (name === 'String') return path
  if (name === 'Even') return chance % 9 === 0 ? 'odd' : chance * 2
  if (name === 'Colour') return chance % 9 === 0 ? 'GREEN' : 'RED'
  return { path, is: name === 'A' || name === 'B' ? name : chance % 2 === 0 ? 'A' : 'B' }
}

const executable = withResolvers(schema)
Object.assign(executable.getType('Even') as object, {
  serialize: (value: unknown) => {
    if (typeof value !== 'number') throw new Failure('Not even.')
    return value
  },
})

/** A hash is as good as chance, and the same tomorrow. */
function outcomesOf(seed: number): Outcome {
  return (path) => {
    let hash = seed >>> 0
    for (const char of path) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193) >>> 0
    return ((hash ^ (hash >>> 15)) >>> 0) % 100
  }
}

/** Selections of a type, as text. */
function selectionsOf(type: string, depth: number): fc.Arbitrary<string> {
  const abstract = `... on A { ${depth > 0 ? 'only even' : 'only'} } ... on B { evens }`
  const leaves: Record<string, string[]> = {
    A: ['name', 'only', 'even', 'colour', '__typename', 'again: name'],
    B: ['name', 'evens', 'echo(n: $n)', 'second: echo(n: 2, s: "x")', 'third: echo', '...OfB'],
    Named: ['name', '__typename', abstract],
    Either: ['__typename', abstract],
    Query: ['__typename', 'echo(n: $n)', 'echo2: echo(n: 1, e: 4)', 'by(where: { name: "x" })'],
  }
  const nested: Record<string, [string, string][]> = {
    A: [
      ['other', 'Named'],
      ['many', 'A'],
      ['a', 'A'],
    ],
    B: [
      ['other', 'Named'],
      ['strict', 'A'],
      ['list', 'B'],
    ],
    Named: [['other', 'Named']],
    Either: [],
    Query: [
      ['a', 'A'],
      ['b', 'B'],
      ['named', 'Named'],
      ['either', 'Either'],
      ['named_list', 'Named'],
      ['all', 'B'],
      ['maybe', 'B'],
    ],
  }
  const ofLeaves = fc.constantFrom(...(leaves[type] ?? []))
  const below = depth > 0 ? (nested[type] ?? []) : []
  const ofNested = below.map(([field, inner]) =>
    selectionsOf(inner, depth - 1).map((text) => `${field} { ${text} }`),
  )
  return fc.array(fc.oneof(ofLeaves, ...ofNested), { minLength: 1, maxLength: 5 }).map((all) => all.join(' '))
}

const documents = selectionsOf('Query', 3).map(
  (selections) =>
    `query Q($n: Int!) {
    ${selections}
    echo9: echo(n: $n) maybe { ...OfB }
  }
  fragment OfB on B { name list { name } }`,
)

/** Where a non-null field fails below a list, which of its errors is told depends on their order in time. */
function comparable(result: { data?: unknown; errors?: readonly Error[] } | null) {
  const { data, errors = [] } = JSON.parse(JSON.stringify(result)) as {
    data: unknown
    errors?: { path: unknown[] }[]
  }
  const byPath = new Map(errors.map((error) => [JSON.stringify(error.path), error]))
  return {
    data,
    errors: [...byPath]
      .filter(([path]) => isVisible(data, JSON.parse(path)))
      .sort()
      .map(([, error]) => error),
  }
}

/** Nothing above it is null in the answer. */
function isVisible(data: unknown, path: (string | number)[]): boolean {
  let value = data
  for (const key of path.slice(0, -1)) value = (value as Record<string | number, unknown> | null)?.[key]
  return value !== null && value !== undefined
}

const operationOf = (document: ReturnType<typeof parse>) =>
  getOperationAST(document) as OperationDefinitionNode

describe('a compiled query', () => {
  it('answers what graphql-js answers, whatever its fields do', async () => {
    let answered = 0
    await fc.assert(
      fc.asyncProperty(documents, fc.integer(), async (text, seed) => {
        const document = parse(text)
        fc.pre(validate(executable, document).length === 0)
        const run = new CompiledQueries(executable, 1).find(document, operationOf(document))
        const variableValues = { n: 7 }
        const contextValue = { outcome: outcomesOf(seed), isLater: seed % 2 === 0 }
        const result = await run?.(contextValue, variableValues)
        if (!result) return
        answered += 1
        const expected = await execute({ schema: executable, document, contextValue, variableValues })
        expect(comparable(result)).toEqual(comparable(expected))
      }),
      { numRuns: 100 },
    )
    expect(answered).toBeGreaterThan(30)
  })

  const compiled = (text: string, asked = 1) => {
    const document = parse(text)
    const queries = new CompiledQueries(executable, 3)
    let run = queries.find(document, operationOf(document))
    for (let time = 1; time < asked; time += 1) run = queries.find(document, operationOf(document))
    return run
  }

  it('is one that was asked for three times', () => {
    expect(compiled('{ a { name } }', 2)).toBeNull()
    expect(compiled('{ a { name } }', 3)).not.toBeNull()
  })

  it.each([
    ['a mutation', 'mutation { a { name } }'],
    ['one whose variable has a default', 'query ($n: Int! = 3) { echo(n: $n) }'],
    ['one whose variable is an object', 'query ($where: Where) { by(where: $where) }'],
    [
      'one whose variable may be missing in an object',
      'query ($name: String) { by(where: { name: $name }) }',
    ],
    ['one that leaves out what a variable says', 'query ($yes: Boolean!) { a { name @skip(if: $yes) } }'],
    ['one that is long when it is written out', fanOut(7)],
  ])('is not %s', (_what, text) => {
    expect(validate(executable, parse(text))).toEqual([])
    expect(compiled(text, 5)).toBeNull()
  })

  it('leaves variables that do not fit to graphql-js, and so what fails in a list by itself', async () => {
    const context = { outcome: () => 99, isLater: false }
    expect(await compiled('query ($n: Int!) { echo(n: $n) }', 3)?.(context, { n: 'x' })).toBeNull()
    const failing = { outcome: (path: string) => (path.includes('even') ? 99 : 50), isLater: false }
    expect(await compiled('{ a { even } }', 3)?.(failing, {})).toBeNull()
  })
})

/** 4^levels fields from four times as many words. */
function fanOut(levels: number): string {
  const fragment = (level: number) =>
    `fragment F${level} on A { ${['p', 'q', 'r', 's'].map((alias) => `${alias}: a { ${level === 0 ? 'name' : `...F${level - 1}`} }`).join(' ')} }`
  return `{ a { ...F${levels} } } ${Array.from({ length: levels + 1 }, (_, level) => fragment(level)).join(' ')}`
}
