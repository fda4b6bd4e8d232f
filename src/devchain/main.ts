/** `npm run devchain`: the local chain alone, for those who bring their own gateway or app. */
import { join } from 'node:path'
import { systemClock } from '../clock.js'
import { createLogger } from '../logger.js'
import { DataDirInUseError, DataDirUnusableError } from '../store/data-dir.js'
import { DEV_BALANCE_NANOS, DEV_MNEMONIC, devAccounts } from './accounts.js'
import { type Devchain, startDevchain } from './devchain.js'
import { keyText } from './wire/base58-check.js'

const settings = readSettings(process.env)
try {
  const chain = await startDevchain({ ...settings, clock: systemClock, log: createLogger('info') })
  console.log(describe(chain, settings))
  stopOnSignal(chain)
} catch (error) {
  console.error(sayWhy(error))
  process.exitCode = 1
}

function readSettings(env: NodeJS.ProcessEnv) {
  return {
    port: wholeNumber(env, 'DEVCHAIN_PORT', 18_001, 65_535),
    blockMs: wholeNumber(env, 'DEVCHAIN_BLOCK_MS', 500, 3_600_000),
    dataDir: join(env.DATA_DIR || './data', 'devchain'),
  }
}

function wholeNumber(env: NodeJS.ProcessEnv, name: string, standard: number, most: number): number {
  const text = env[name]
  if (text === undefined || text === '') return standard
  if (/^\d{1,7}$/.test(text) && Number(text) <= most) return Number(text)
  console.error(`${name} is a whole number from 0 to ${most}, not ${JSON.stringify(text)}.`)
  process.exit(1)
}

function describe({ url }: Devchain, { blockMs, dataDir }: { blockMs: number; dataDir: string }): string {
  const rows = devAccounts().map(
    ({ name, account, seedHex }) => `  ${name.padEnd(6)} ${keyText(account)}  ${seedHex}`,
  )
  const pace =
    blockMs === 0 ? 'only when POST /dev/mine asks for them' : `every ${blockMs} ms while something waits`
  return [
    `Local DeSo chain (testnet) on ${url}, kept in ${dataDir}; blocks ${pace}.`,
    '',
    `Accounts, ${DEV_BALANCE_NANOS / 1_000_000_000n} DESO each at the start. Their seeds are public: never send real money there.`,
    ...rows,
    '',
    `Mnemonic: ${DEV_MNEMONIC} (m/44'/0'/0'/0/i)`,
    'POST /dev/fund {publicKey, nanos} · /dev/mine {blocks} · /dev/time {seconds} · /dev/reset · /dev/faults',
  ].join('\n')
}

function stopOnSignal(chain: Devchain): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      chain.close().catch((error: unknown) => {
        console.error(sayWhy(error))
        process.exitCode = 1
      })
    })
  }
}

function sayWhy(error: unknown): string {
  if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
    return `Port ${settings.port} is in use: stop what listens there, or set DEVCHAIN_PORT.`
  }
  const isClear = error instanceof DataDirInUseError || error instanceof DataDirUnusableError
  return isClear ? error.message : `The local chain cannot start: ${(error as Error).stack}`
}
