import { readFileSync } from 'node:fs'
import type { Difference } from './differences.js'
import { pathPattern } from './volatile.js'

/** The table of docs/devchain.md: in what the local chain is known not to answer as a node does. */
export interface KnownDifference {
  scenario: string
  steps: readonly string[]
  path: string
  /** Steps in which it was met. */
  met: Set<string>
}

const HEADER = '| scenario | steps | value | why |'

/** Every row of the table under "Known differences". */
export function readKnownDifferences(): KnownDifference[] {
  const lines = readFileSync('docs/devchain.md', 'utf8').split('\n')
  const start = lines.indexOf(HEADER)
  if (start === -1) throw new Error(`docs/devchain.md has no table ${HEADER}`)
  const rows = lines.slice(start + 2)
  const end = rows.findIndex((line) => !line.startsWith('|'))
  return rows.slice(0, end === -1 ? rows.length : end).map((row) => {
    const [scenario = '', steps = '', path = ''] = row
      .split(' | ')
      .map((cell) => cell.replace(/^\| /, '').trim())
    return { scenario, steps: stepsOf(steps), path: path.replaceAll('`', ''), met: new Set<string>() }
  })
}

/** `3, 5-7`, or a word. */
function stepsOf(text: string): string[] {
  return text.split(', ').flatMap((part) => {
    if (!/^\d/.test(part)) return [part]
    const [first = 0, last = first] = part.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, index) => String(first + index))
  })
}

/** The row that allows a difference, if one does; it is then met. */
export function knownRow(
  rows: readonly KnownDifference[],
  scenario: string,
  step: string,
  { path }: Difference,
): KnownDifference | undefined {
  const row = rows.find(
    (each) => each.scenario === scenario && each.steps.includes(step) && pathPattern(each.path).test(path),
  )
  row?.met.add(step)
  return row
}

/** What the table says and is no longer so. */
export function unmetRows(rows: readonly KnownDifference[]): string[] {
  return rows.flatMap(({ scenario, steps, path, met }) =>
    steps.filter((step) => !met.has(step)).map((step) => `${scenario} ${step} ${path}`),
  )
}
