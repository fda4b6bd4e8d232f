/** A local chain in a process of its own; it tells its address on the first line of its output. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface ChainProcess extends AsyncDisposable {
  url: string
}

export async function startChainProcess(): Promise<ChainProcess> {
  const script = fileURLToPath(new URL('./chain-child.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', script], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return { url, [Symbol.asyncDispose]: () => endOf(child) }
}

/** A child of ours ends with its input. */
export async function endOf(child: ChildProcess): Promise<void> {
  const end = once(child, 'exit')
  child.stdin?.end()
  await end
}
