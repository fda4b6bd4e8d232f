import type { IncomingMessage } from 'node:http'

export function isWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket'
}

/**
 * The bytes of a request that offers another protocol (h2c, as some clients do with every request), without the offer:
 * a server may take no notice of one, but Node takes the request off its parser as soon as anybody listens for upgrades.
 */
export function withoutUpgrade({ method, url, rawHeaders }: IncomingMessage, head: Buffer): Buffer {
  const lines = [`${method} ${url} HTTP/1.1`]
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2)
    if (!OFFER.has(name.toLowerCase())) lines.push(`${name}: ${value}`)
  }
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head])
}

const OFFER = new Set(['upgrade', 'connection', 'http2-settings'])
