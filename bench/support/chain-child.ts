import type * as Clock from '../../src/clock.js'
import type * as Devchain from '../../src/devchain/devchain.js'
import type * as Logger from '../../src/logger.js'
import { built } from './built.js'

const { systemClock } = await built<typeof Clock>('clock')
const { startDevchain } = await built<typeof Devchain>('devchain/devchain')
const { createLogger } = await built<typeof Logger>('logger')

const chain = await startDevchain({
  port: 0,
  blockMs: 10,
  dataDir: null,
  clock: systemClock,
  log: createLogger('silent'),
})
console.log(chain.url)
process.stdin.resume().once('end', () => void chain.close().then(() => process.exit(0)))
