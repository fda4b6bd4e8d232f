/** `npm run gc`: says what was removed; exit code 0, or 1 with one line that says why not, or 2 for wrong arguments. */
import { loadConfig } from '../config/config.js'
import { ConfigError } from '../config/settings.js'
import { collectGarbage, GcError } from './gc.js'
import { readOptions, USAGE } from './options.js'

const args = process.argv.slice(2)
const options = readOptions(args)
if (args.includes('--help')) console.log(USAGE)
else if (options === null) {
  console.error(USAGE)
  process.exitCode = 2
} else {
  try {
    console.log(await collectGarbage(loadConfig(process.env), options))
  } catch (error) {
    const isClear = error instanceof GcError || error instanceof ConfigError
    console.error(isClear ? error.message : error)
    process.exitCode = 1
  }
}
