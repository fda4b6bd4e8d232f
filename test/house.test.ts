import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isTest, readSources, type SourceFile } from './support/source-files.js'

/** Rooms that know nothing of each other but types. */
const GROUND = ['deso', 'ipfs', 'crypto', 'store']
const DOMAIN = ['account', 'subscription', 'content', 'transaction']

/** What each room may import: dependencies run one way, downwards. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  http: ['graphql', 'live', ...DOMAIN, 'access', 'protocol', ...GROUND],
  graphql: ['live', ...DOMAIN, 'access', 'protocol', ...GROUND],
  live: [...DOMAIN, 'access', 'protocol', ...GROUND],
  account: [...DOMAIN, 'access', 'protocol', ...GROUND],
  subscription: [...DOMAIN, 'access', 'protocol', ...GROUND],
  content: [...DOMAIN, 'access', 'protocol', ...GROUND],
  transaction: [...DOMAIN, 'access', 'protocol', ...GROUND],
  access: ['protocol', ...GROUND],
  // Pure: nothing that reads or writes.
  protocol: ['deso', 'crypto'],
  deso: [],
  ipfs: [],
  crypto: [],
  store: [],
  config: [],
  devchain: ['deso', 'store'],
  // Of ipfs and crypto what needs no Node: src/client/browser.test.ts.
  client: ['deso', 'protocol', 'ipfs', 'crypto'],
  gc: ['config', 'store', 'ipfs'],
  recover: ['client', 'protocol'],
  story: ['client', 'deso', 'protocol', 'config'],
}

/** Of types alone, which leave no trace in what runs. */
const MAY_IMPORT_TYPES: Record<string, readonly string[]> = {
  http: ['config'],
  graphql: ['config'],
  live: ['config'],
  account: ['config'],
  subscription: ['config'],
  content: ['config'],
  transaction: ['config'],
  access: ['config'],
  protocol: GROUND,
  deso: GROUND,
  ipfs: GROUND,
  crypto: GROUND,
  store: GROUND,
  config: ['deso', 'ipfs'],
}

/** The files at the root of src, and who may import them; those that are not named may be imported by all. */
const ROOT_FILES: Record<string, readonly string[]> = {
  'context.ts': ['http', 'graphql', 'live', ...DOMAIN, 'access'],
  'gateway.ts': ['story'],
  'logger.ts': ['story'],
  'main.ts': [],
}

/** Files that need what their room must not have, each with the reason. */
const EXCEPTIONS: Record<string, string> = {
  'src/devchain/main.ts -> src/logger.ts': 'a command makes its own logger',
}

/** Files over the limit of lines, each with the reason why it is one concept still. */
const LONG_FILES: Record<string, string> = {}
const MAX_LINES = 250
/** A test file is a list of sentences: longer, and still easy to find one's way in. */
const MAX_TEST_LINES = 500
const GENERATED = ['src/client/generated.ts']

const sources = readSources('src')
const written = sources.filter(({ path }) => !GENERATED.includes(path))
const running = written.filter(({ path }) => !isTest(path))

function roomOf(path: string): string {
  return path.split('/').length > 2 ? `${path.split('/')[1]}` : 'root'
}

function mayImport(from: string, to: string, isTypeOnly: boolean): boolean {
  const [room, target] = [roomOf(from), roomOf(to)]
  if (room === 'root' || room === target) return true
  if (target === 'root') return ROOT_FILES[to.replace('src/', '')]?.includes(room) ?? true
  const types = isTypeOnly ? (MAY_IMPORT_TYPES[room] ?? []) : []
  return [...(MAY_IMPORT[room] ?? []), ...types].includes(target)
}

/** The imports between files, as the lines of a report. */
function importsThat(
  files: SourceFile[],
  isWanted: (from: string, to: string, isTypeOnly: boolean) => boolean,
): string[] {
  return files.flatMap(({ path, imports }) =>
    imports
      .filter(({ to, isTypeOnly }) => isWanted(path, to, isTypeOnly))
      .map(({ to }) => `${path} -> ${to}`),
  )
}

describe('the house', () => {
  it('has rules for every room', () => {
    const rooms = new Set(sources.map(({ path }) => roomOf(path)))
    rooms.delete('root')
    expect([...rooms].filter((room) => !(room in MAY_IMPORT))).toEqual([])
  })

  it('imports only files that are there', () => {
    expect(importsThat(sources, (_from, to) => !existsSync(to))).toEqual([])
  })

  it('lets imports run downwards only', () => {
    const wrong = importsThat(running, (from, to, isTypeOnly) => !mayImport(from, to, isTypeOnly))
    expect(wrong.sort()).toEqual(Object.keys(EXCEPTIONS).sort())
  })

  it('lets nothing but the composition root start the local chain', () => {
    const starters = importsThat(
      running,
      (from, to) => roomOf(to) === 'devchain' && roomOf(from) !== 'devchain',
    )
    expect(starters.filter((line) => !line.startsWith('src/gateway.ts -> '))).toEqual([])
  })

  it('lets no test support into what runs', () => {
    expect(importsThat(running, (_from, to) => !to.startsWith('src/') && to !== 'package.json')).toEqual([])
  })

  it('has no circle of imports, but among GraphQL types, which name each other', () => {
    const importsOf = new Map(
      running.map(({ path, imports }) => [
        path,
        imports.filter((each) => !each.isTypeOnly).map(({ to }) => to),
      ]),
    )
    const circles: string[] = []
    const done = new Set<string>()
    const visit = (path: string, trail: string[]): void => {
      if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '))
      if (done.has(path) || trail.includes(path)) return
      for (const to of importsOf.get(path) ?? []) visit(to, [...trail, path])
      done.add(path)
    }
    for (const path of importsOf.keys()) visit(path, [])
    const isAmongTypes = (circle: string) => circle.split(' -> ').every((path) => roomOf(path) === 'graphql')
    expect(circles.filter((circle) => !isAmongTypes(circle))).toEqual([])
  })

  it(`has no file over ${MAX_LINES} lines without a reason, and no reason without such a file`, () => {
    const long = [...written, ...readSources('test'), ...readSources('bench')].filter(
      ({ path, lines }) => lines > (isTest(path) ? MAX_TEST_LINES : MAX_LINES),
    )
    expect(long.map(({ path }) => path).sort()).toEqual(Object.keys(LONG_FILES).sort())
  })

  it('has no default exports', () => {
    const all = [...written, ...readSources('test'), ...readSources('bench')]
    expect(all.filter(({ hasDefaultExport }) => hasDefaultExport).map(({ path }) => path)).toEqual([])
  })

  it('ends the process in main files only', () => {
    const ending = running.filter(({ text }) => /\bprocess\.exit\(/.test(text)).map(({ path }) => path)
    expect(ending.filter((path) => !path.endsWith('/main.ts'))).toEqual([])
  })
})
