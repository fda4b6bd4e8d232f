import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { parseSync } from 'vite'

export interface SourceImport {
  /** The imported file, from the repository's root. */
  to: string
  /** Gone after compiling: `import type`, or nothing but `type` names. */
  isTypeOnly: boolean
}

export interface SourceFile {
  /** From the repository's root. */
  path: string
  text: string
  lines: number
  /** Imports of files of this repository, packages left out. */
  imports: SourceImport[]
  hasDefaultExport: boolean
}

/** Every TypeScript file below a folder, parsed. */
export function readSources(folder: string): SourceFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => parse(join(folder, name)))
}

export function isTest(path: string): boolean {
  return path.endsWith('.test.ts')
}

function parse(path: string): SourceFile {
  const text = readFileSync(path, 'utf8')
  const { module, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]?.message}`)
  const exported = module.staticExports.flatMap((statement) => statement.entries)
  const found = [
    ...module.staticImports.map(({ moduleRequest, entries }) => ({
      name: moduleRequest.value,
      isTypeOnly: entries.length > 0 && entries.every((entry) => entry.isType),
    })),
    ...exported.flatMap(({ moduleRequest, isType }) =>
      moduleRequest ? [{ name: moduleRequest.value, isTypeOnly: isType }] : [],
    ),
    ...module.dynamicImports.map(({ moduleRequest }) => ({
      name: text.slice(moduleRequest.start, moduleRequest.end).replace(/^['"`]|['"`]$/g, ''),
      isTypeOnly: false,
    })),
  ]
  return {
    path,
    text,
    lines: text.trimEnd().split('\n').length,
    imports: found
      .filter(({ name }) => name.startsWith('.'))
      .map(({ name, isTypeOnly }) => ({
        to: normalize(join(dirname(path), name)).replace(/\.js$/, '.ts'),
        isTypeOnly,
      })),
    hasDefaultExport: exported.some((entry) => entry.exportName.kind === 'Default'),
  }
}
