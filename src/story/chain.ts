/** The local chain as a developer uses it: its accounts and its time. */
export interface DevAccount {
  name: string
  publicKey: string
  seedHex: string
}

const DEADLINE_MS = 30_000

export async function devAccounts(chainUrl: string, signal: AbortSignal): Promise<DevAccount[]> {
  return (await ask(`${chainUrl}/dev/accounts`, { signal })) as DevAccount[]
}

/** Moves the chain's time forward; a committed block has the new time when it resolves. */
export async function moveTime(chainUrl: string, seconds: number, signal: AbortSignal): Promise<Date> {
  const body = JSON.stringify({ seconds })
  const headers = { 'content-type': 'application/json' }
  const { time } = (await ask(`${chainUrl}/dev/time`, { method: 'POST', body, headers, signal })) as {
    time: number
  }
  return new Date(time * 1000)
}

async function ask(url: string, init: RequestInit & { signal: AbortSignal }): Promise<unknown> {
  const signal = AbortSignal.any([init.signal, AbortSignal.timeout(DEADLINE_MS)])
  const response = await fetch(url, { ...init, signal })
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`)
  return response.json()
}
