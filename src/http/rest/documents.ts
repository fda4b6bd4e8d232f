import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type DefinitionNode, type FragmentDefinitionNode, Kind, parse, print, visit } from 'graphql'

/** Beside src/ and dist/ alike. */
const FOLDER = fileURLToPath(new URL('../../../schema/operations', import.meta.url))

/**
 * The operations of schema/operations, each printed with the fragments that it uses: REST executes the very documents
 * from which the client is generated.
 */
export function loadDocuments(): ReadonlyMap<string, string> {
  const definitions = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.graphql'))
    .flatMap((name) => parse(readFileSync(join(FOLDER, name), 'utf8')).definitions)
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const one of definitions) if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one)
  const documents = new Map<string, string>()
  for (const one of definitions) {
    if (one.kind !== Kind.OPERATION_DEFINITION || !one.name) continue
    const used = new Set<string>()
    collect(one, fragments, used)
    const parts = [one, ...[...used].sort().map((name) => fragments.get(name) as FragmentDefinitionNode)]
    documents.set(one.name.value, parts.map((part) => print(part)).join('\n\n'))
  }
  return documents
}

function collect(
  node: DefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  used: Set<string>,
): void {
  visit(node, {
    FragmentSpread({ name: { value } }) {
      const fragment = fragments.get(value)
      if (!fragment || used.has(value)) return
      used.add(value)
      collect(fragment, fragments, used)
    },
  })
}
