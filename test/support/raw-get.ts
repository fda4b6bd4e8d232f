import { get as httpGet, type IncomingMessage } from 'node:http'

export interface RawAnswer {
  status: number
  headers: IncomingMessage['headers']
  body: Buffer
}

/** By node:http, which sends a path as it is, where fetch would make it whole. */
export function rawGet(
  origin: string,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<RawAnswer> {
  const { hostname, port } = new URL(origin)
  return new Promise((resolve, reject) => {
    const answer = async (response: IncomingMessage) =>
      resolve({
        status: response.statusCode as number,
        headers: response.headers,
        body: Buffer.concat(await response.toArray()),
      })
    httpGet(
      { hostname, port, path, headers, method, agent: false },
      (it) => void answer(it).catch(reject),
    ).on('error', reject)
  })
}
