/** `npm run recover`: what is saved goes to standard output, progress to the terminal. */
import { resolve } from 'node:path'
import { RecoverError } from './errors.js'
import { readOptions, USAGE } from './options.js'
import { recover } from './recover.js'
import { askForSeed, signersOf } from './seed.js'

const args = process.argv.slice(2)
const options = readOptions(args)
// npm runs commands in the package's folder; files belong where it was called.
const calledFrom = process.env.INIT_CWD ?? process.cwd()

if (args.includes('--help')) console.log(USAGE)
else if (options === null) {
  console.error(USAGE)
  process.exitCode = 2
} else {
  const { seed, manifest, gateways, out } = options
  try {
    const { failed } = await recover({
      gateways,
      manifest,
      out: resolve(calledFrom, out ?? `recovered-${manifest}`),
      signers: async () => {
        const given = seed === '-' ? null : (seed ?? process.env.RECOVER_SEED ?? null)
        const text = given ?? (await askForSeed())
        if (text === null) throw new RecoverError('The files are encrypted: give the creator’s seed.')
        return signersOf(text)
      },
      tell: (line) => console.log(line),
      ...(process.stderr.isTTY && { progress: showProgress }),
    })
    if (failed > 0) process.exitCode = 1
  } catch (error) {
    console.error(error instanceof RecoverError ? error.message : error)
    process.exitCode = 1
  }
}

function showProgress(file: string, bytes: number, of: number): void {
  process.stderr.write(`\r${file}: ${Math.floor((bytes / Math.max(1, of)) * 100)} %\x1b[K`)
  if (bytes === of) process.stderr.write('\r\x1b[K')
}
