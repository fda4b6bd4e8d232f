import { type DestinationStream, type Logger, pino } from 'pino'
import type { Config } from './config/config.js'

/** Whatever may stand under these names lets its holder act as somebody, so no log shows it. */
const SECRETS = [
  'authorization',
  'cookie',
  'accessToken',
  'token',
  'seed',
  'seeds',
  'seedHex',
  'privateKey',
  'mnemonic',
]

/**
 * The one place where loggers are made: JSON lines with ISO times on standard output, or to `destination`.
 * Values named like a secret are left out at the top and two levels down.
 */
export function createLogger(
  level: Config['server']['logLevel'],
  destination: DestinationStream = pino.destination({ dest: 1, sync: true }),
): Logger {
  const paths = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`])
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths, censor: '[secret]' },
    },
    destination,
  )
}
