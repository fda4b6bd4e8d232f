import { parseArgs } from 'node:util'

export interface RecoverOptions {
  /** Hex or mnemonic; null: none was given. `-`: the first line of standard input. */
  seed: string | null
  manifest: string
  gateways: readonly string[]
  out: string | null
}

export const USAGE = `npm run recover -- --manifest <cid> --gateway <url> [--gateway <url> …] [--seed <seed>] [--out <dir>]

Gives a creator the plain files of a content, from a seed, the CID of its manifest (DIGMANIFEST in the post) and any IPFS
gateway that gives raw blocks. No gateway of this project is asked.

  --manifest <cid>  which content
  --gateway <url>   an IPFS gateway, e.g. http://127.0.0.1:8080 of a Kubo; several: the next is asked where one fails
  --seed <seed>     the creator's seed: 64 hex digits, or a mnemonic (in quotes); - reads one line of standard input.
                    Better not here, where other users of the machine see it, but in the variable RECOVER_SEED, or typed
                    in when asked. A public content needs none.
  --out <dir>       where to put the files: ./recovered-<cid> unless given. Files that are there are left as they are, so
                    that the same command again goes on where it ended.

Exit codes: 0 all files are there, 1 some are not, 2 wrong arguments.`

/** Null: the arguments do not hold. */
export function readOptions(args: readonly string[]): RecoverOptions | null {
  const text = { type: 'string' } as const
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { seed: text, manifest: text, out: text, gateway: { ...text, multiple: true } },
    })
    const { seed = null, manifest, gateway, out = null } = values
    if (!manifest || !gateway?.every(isUrl) || out === '') return null
    return { seed, manifest, gateways: gateway, out }
  } catch {
    return null
  }
}

function isUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:/.test(text)
}
