import { expect, it } from 'vitest'
import { readSources } from '../../test/support/source-files.js'

/** All that comes along with the package's entry. */
function reachable(entry: string): string[] {
  const sources = new Map(readSources('src').map((source) => [source.path, source]))
  const reached = new Set<string>()
  const visit = (path: string) => {
    const source = sources.get(path)
    if (!source) throw new Error(`${path} is missing`)
    if (reached.has(path)) return
    reached.add(path)
    for (const { to, isTypeOnly } of source.imports) if (!isTypeOnly) visit(to)
  }
  visit(entry)
  return [...reached].map((path) => sources.get(path)?.text ?? '')
}

it('needs nothing of Node, so that browsers run the client too', () => {
  const texts = reachable('src/client/index.ts')
  expect(texts.length).toBeGreaterThan(40)
  expect(texts.filter((text) => /from 'node:|\bBuffer[.(]/.test(text))).toEqual([])
})
