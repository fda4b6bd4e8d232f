import { rm } from 'node:fs/promises'
import { createConnection, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Logger } from 'pino'
import type { Collected } from './collect-garbage.js'
import type { CollectOptions } from './embedded-store.js'

/** What a door answers, as JSON. */
type Answer = { collected: Collected } | { error: string }

const MAX_REQUEST_CHARACTERS = 1_000

/** What all systems take; Node cuts a longer path off without a word, and listens elsewhere. */
const MAX_PATH_BYTES = 103

/** Where a gateway listens: in a directory that its owner alone may enter. Null: the path is too long for a socket. */
function socketPath(dataDir: string): string | null {
  const path = join(dataDir, 'gc.sock')
  return Buffer.byteLength(path) <= MAX_PATH_BYTES ? path : null
}

/**
 * Lets `npm run gc` have the gateway collect which holds the data directory, over a socket in it. A gateway without
 * this door (its path may be too long for a socket) works all the same.
 */
export async function openCollectionDoor(
  dataDir: string,
  collect: (options: CollectOptions) => Promise<Collected>,
  log: Pick<Logger, 'warn'>,
): Promise<AsyncDisposable> {
  const path = socketPath(dataDir)
  if (path === null) {
    log.warn({ dataDir }, 'npm run gc cannot reach this gateway: the path is too long for a socket')
    return { async [Symbol.asyncDispose]() {} }
  }
  // Of a predecessor that was killed: the directory is this process's alone.
  await rm(path, { force: true })
  const guests = new Set<Socket>()
  const server = createServer((guest) => {
    guests.add(guest.on('error', () => {}).on('close', () => guests.delete(guest)))
    serve(guest, collect).catch(() => guest.destroy())
  })
  await new Promise<void>((resolve) => {
    server.on('error', (err) => {
      log.warn({ err, path }, 'npm run gc cannot reach this gateway')
      resolve()
    })
    server.listen(path, resolve)
  })
  return {
    async [Symbol.asyncDispose]() {
      for (const guest of guests) guest.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

/** What the gateway that holds the data directory collected. Throws an Error that says why it did not. */
export async function askToCollect(dataDir: string, options: CollectOptions): Promise<Collected> {
  const path = socketPath(dataDir)
  if (path === null) throw new Error('its path is too long for a socket; stop it, or wait for its schedule.')
  const guest = createConnection({ path })
  guest.write(`${JSON.stringify(options)}\n`)
  const line = await text(guest)
  if (line === '') throw new Error('it ended before it was through.')
  const answer = JSON.parse(line) as Answer
  if ('error' in answer) throw new Error(answer.error)
  return answer.collected
}

async function serve(guest: Socket, collect: (options: CollectOptions) => Promise<Collected>): Promise<void> {
  const answer: Answer = await readRequest(guest)
    .then(collect)
    .then(
      (collected) => ({ collected }),
      (error: Error) => ({ error: error.message }),
    )
  guest.end(JSON.stringify(answer))
}

async function readRequest(guest: Socket): Promise<CollectOptions> {
  let line = ''
  await new Promise<void>((resolve, reject) => {
    guest.setEncoding('utf8')
    guest.on('data', (part) => {
      line += part
      if (line.endsWith('\n')) resolve()
      else if (line.length > MAX_REQUEST_CHARACTERS) reject(new Error('A request is one short line.'))
    })
    guest.on('close', () => reject(new Error('The guest left.')))
  })
  const { graceMs, dryRun } = JSON.parse(line) as CollectOptions
  if (!Number.isSafeInteger(graceMs) || graceMs < 0 || typeof dryRun !== 'boolean') {
    throw new Error('A request names graceMs and dryRun.')
  }
  return { graceMs, dryRun }
}
