import type { IncomingMessage } from 'node:http'
import { isOnCurve } from '../../deso/keys.js'
import { devAccounts } from '../accounts.js'
import type { ChainService } from '../chain-service.js'
import type { Door } from '../door.js'
import { toHex } from '../go/hex.js'
import { MAX_NANOS } from '../ledger/params.js'
import { decodeCheck, keyText } from '../wire/base58-check.js'
import type { Reply } from './reply.js'

/**
 * What a developer may do and no real node lets anybody: see keys, make money, blocks, time and faults. JSON in and
 * out, nanos as decimal strings, `{error}` with 400 for bad input. CORS is open.
 */
interface DevContext {
  service: ChainService
  door: Door
}

type Body = Record<string, unknown>
type DevHandler = (context: DevContext, body: Body) => Promise<unknown>

const MAX_BLOCKS = 10_000
/** A thousand years. */
const MAX_SECONDS = 31_557_600_000

const HANDLERS: Readonly<Record<string, DevHandler>> = {
  'GET /dev/accounts': async ({ service }) =>
    devAccounts().map(({ name, account, seedHex, mnemonic, path }) => ({
      name,
      publicKey: keyText(account),
      seedHex,
      mnemonic,
      path,
      balanceNanos: service.chain.ledger.balance(account).toString(),
    })),
  'POST /dev/fund': async ({ service }, { publicKey, nanos }) => {
    await service.fund(readKey(publicKey), readNanos(nanos))
    return where(service)
  },
  'POST /dev/mine': async ({ service }, { blocks = 1 }) => {
    if (!isNumber(blocks, 1, MAX_BLOCKS) || !Number.isInteger(blocks)) {
      throw new BadInput(`blocks is a whole number from 1 to ${MAX_BLOCKS}`)
    }
    await service.mine(blocks)
    return where(service)
  },
  'POST /dev/time': async ({ service }, { seconds }) => {
    if (!isNumber(seconds, 0, MAX_SECONDS)) {
      throw new BadInput(`seconds is how far to move the clock forward, a number from 0 to ${MAX_SECONDS}`)
    }
    await service.moveTime(Math.round(seconds * 1000))
    return where(service)
  },
  'POST /dev/reset': async ({ service, door }) => {
    await door.clear()
    await service.reset()
    return where(service)
  },
  'GET /dev/faults': async ({ door }) => ({ faults: door.faults.list() }),
  'POST /dev/faults': async ({ service, door }, body) => {
    if (Object.keys(body).length === 0) await door.clear()
    else setFault(door, body)
    return { ...where(service), faults: door.faults.list() }
  },
  'DELETE /dev/faults': async ({ service, door }) => {
    await door.clear()
    return { ...where(service), faults: door.faults.list() }
  },
}

export async function answerDevRequest(
  context: DevContext,
  { method }: IncomingMessage,
  path: string,
  readBody: () => Promise<Buffer>,
): Promise<Reply> {
  if (method === 'OPTIONS') return json(200, {})
  const handler = HANDLERS[`${method} ${path}`]
  if (!handler) return json(404, { error: `there is no ${method} ${path}` })
  try {
    const answer = await handler(context, method === 'POST' ? readObject(await readBody()) : {})
    await context.service.durable()
    return json(200, answer)
  } catch (error) {
    if (error instanceof BadInput) return json(400, { error: error.message })
    throw error
  }
}

class BadInput extends Error {}

/** Time: of the committed tip, in unix seconds. */
function where({ chain }: ChainService) {
  const { height, timestampNanos } = chain.committedTip
  return {
    height: chain.tip.height,
    committedHeight: height,
    time: Number(timestampNanos / 1_000_000_000n),
  }
}

function setFault(door: Door, body: Body): void {
  try {
    door.set(body)
  } catch (error) {
    throw new BadInput((error as Error).message)
  }
}

function readObject(body: Buffer): Body {
  if (body.length === 0) return {}
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Body
  } catch {
    // Said below.
  }
  throw new BadInput('the body is a JSON object')
}

function readKey(publicKey: unknown): string {
  if (typeof publicKey === 'string') {
    try {
      const bytes = decodeCheck(publicKey)
      if (isOnCurve(bytes)) return toHex(bytes)
    } catch {
      // Said below.
    }
  }
  throw new BadInput('publicKey is a DeSo public key')
}

function readNanos(nanos: unknown): bigint {
  if (typeof nanos === 'string' && /^[1-9]\d{0,17}$/.test(nanos) && BigInt(nanos) <= MAX_NANOS)
    return BigInt(nanos)
  throw new BadInput(`nanos is a decimal string from "1" to "${MAX_NANOS}"`)
}

function isNumber(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && value >= least && value <= most
}

function json(status: number, value: unknown): Reply {
  return { status, contentType: 'application/json', body: `${JSON.stringify(value)}\n` }
}
