/** Asks one address as fast as it answers, from a process of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { endOf } from './chain-process.js'

export interface LoadOrder {
  url: string
  body: string
  seconds: number
}

export interface LoadResult {
  requests: number
  perSecond: number
  /** Milliseconds. */
  p50: number
  p99: number
}

export interface Load extends AsyncDisposable {
  /** Throws when any answer is none of status 200. */
  run(order: LoadOrder): Promise<LoadResult>
}

export async function startLoad(connections: number): Promise<Load> {
  const script = fileURLToPath(new URL('./load-child.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', script, String(connections)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })
  return {
    async run(order) {
      const answer = once(lines, 'line')
      child.stdin.write(`${JSON.stringify(order)}\n`)
      const result = JSON.parse(((await answer) as [string])[0]) as LoadResult & { failed: number }
      if (result.failed > 0) throw new Error(`${order.url}: ${result.failed} requests failed`)
      return result
    },
    [Symbol.asyncDispose]: () => endOf(child),
  }
}

// biome-ignore lint/suspicious/noExplicitAny: a benchmark looks into answers as a client in JavaScript would
export async function ask(url: string, body: string, token?: string): Promise<any> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body,
  })
  const answer = (await response.json()) as { errors?: unknown[] }
  if (answer.errors && answer.errors.length > 0) throw new Error(JSON.stringify(answer.errors))
  return answer
}
