import { randomUUID } from 'node:crypto'
import { Agent, fetch as undiciFetch } from 'undici'

const SUFFIX = '.kubo-socket.invalid'
const agents = new Map<string, Agent>()
let original: typeof globalThis.fetch | undefined

/**
 * A base URL whose requests by `fetch` go through a unix socket, until `close`. For kubo-rpc-client alone: it takes no
 * fetch and ignores its option `agent`. All other requests go where they went before.
 */
export function openSocketUrl(socketPath: string): { url: string; close(): Promise<void> } {
  const host = randomUUID() + SUFFIX
  const agent = new Agent({ connect: { socketPath } })
  agents.set(host, agent)
  if (!original) {
    original = globalThis.fetch
    globalThis.fetch = routed(original)
  }
  return {
    url: `http://${host}`,
    async close() {
      agents.delete(host)
      if (agents.size === 0 && original) {
        globalThis.fetch = original
        original = undefined
      }
      await agent.destroy()
    },
  }
}

function routed(through: typeof globalThis.fetch): typeof globalThis.fetch {
  return (input, init) => {
    const agent = typeof input === 'string' && input.includes(SUFFIX) && agents.get(new URL(input).hostname)
    if (!agent) return through(input, init)
    return undiciFetch(input, { ...init, dispatcher: agent } as never) as unknown as Promise<Response>
  }
}
