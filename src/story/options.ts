import { parseArgs } from 'node:util'

export interface StoryOptions {
  /** Of the film, in bytes. */
  size: number
  /** A gateway that runs already, with its local chain; null: the story starts its own. */
  running: { url: string; chainUrl: string } | null
}

/** What the command was told is not to be understood; the message says what to write. */
export class StoryUsageError extends Error {
  override readonly name = 'StoryUsageError'
}

export const USAGE = `npm run story -- [--size 100MB] [--url URL --chain URL]

  --size    of the film that is generated and published, e.g. 300KB, 100MB, 1GB
  --url     a gateway that runs already, instead of one that the story starts and removes
  --chain   the local chain of that gateway, for its dev accounts and for moving time
  --help    prints this`

const UNITS: Record<string, number> = { '': 1, B: 1, KB: 1e3, MB: 1e6, GB: 1e9 }
/** Below it there are no ranges to speak of. */
const MIN_BYTES = 1_000

/** Throws StoryUsageError. */
export function parseStoryOptions(args: readonly string[]): StoryOptions {
  const { size, url, chain } = parse(args)
  if ((url === undefined) !== (chain === undefined))
    throw new StoryUsageError('Give --url and --chain together.')
  return {
    size: parseSize(size),
    running:
      url === undefined || chain === undefined ? null : { url: baseUrl(url), chainUrl: baseUrl(chain) },
  }
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        size: { type: 'string', default: '100MB' },
        url: { type: 'string' },
        chain: { type: 'string' },
      },
    })
    return values
  } catch (error) {
    throw new StoryUsageError(error instanceof Error ? error.message : String(error))
  }
}

/** 100MB is 100,000,000 bytes. Throws StoryUsageError. */
export function parseSize(text: string): number {
  const [, digits, unit = ''] = /^(\d{1,12}(?:\.\d{1,3})?)\s*([KMG]?B)?$/i.exec(text) ?? []
  const size = Math.round(Number(digits) * (UNITS[unit.toUpperCase()] ?? Number.NaN))
  if (Number.isSafeInteger(size) && size >= MIN_BYTES) return size
  throw new StoryUsageError(`--size is a number with KB, MB or GB, at least 1KB, and not ${text}.`)
}

function baseUrl(text: string): string {
  // URL.parse is younger than the oldest Node that this runs on.
  const protocol = URL.canParse(text) ? new URL(text).protocol : null
  if (protocol === 'http:' || protocol === 'https:') return text.replace(/\/+$/, '')
  throw new StoryUsageError(`${text} is no http URL.`)
}
