import { readFileSync } from 'node:fs'

/** What a real node was asked and what it answered, as scripts/devchain-fixtures.mjs keeps it. */
export interface Step {
  n: number
  name: string
  /** The height that the node was at. */
  tip: number
  method: string
  path: string
  headers?: Record<string, string>
  /** Text, or parts that come so many times. `{block 5}` stands for the hash of that block. */
  body?: string | readonly (string | readonly [text: string, times: number])[]
  /** Submits what that step constructed, signed by this key. */
  signed?: { step: number; seedHex: string }
  status?: number
  /** JSON where absent. */
  contentType?: string | null
  responseHeaders?: Record<string, string>
  answer?: string
  /** Where `answer` is only the beginning: the length of all, and its SHA-256. */
  answerBytes?: number
  answerSha256?: string
  /** The node closed the connection without an answer. */
  dropped?: boolean
}

/** A transaction that was sent unrecorded, while something was measured. */
export interface Feed {
  feed: string
  id: string
  tip: number
}

/** What could be seen of a transaction at one moment, wherever one looks. */
export interface Watch {
  n: number
  name: string
  tip: number
  id: string
  raw: string
  watch: Sighting
}

export interface Sighting {
  /** Of the association that it makes: `BlockHeight 5`, or the status of the refusal. */
  entry: string | number
  /** Whether that height is committed. */
  committed: boolean | null
  transactionInfo: string
  /** Whether the full block of that height holds it. */
  block: string
}

/** Where the node put a transaction. */
export type Place = readonly [height: number, indexInBlock: number, id: string, type: string]

const FOLDER = 'test/fixtures/devchain'

export function readScenario(name: string): (Step | Feed | Watch)[] {
  return JSON.parse(readFileSync(`${FOLDER}/${name}.json`, 'utf8'))
}

export function readPlaces(): Place[] {
  return JSON.parse(readFileSync(`${FOLDER}/places.json`, 'utf8'))
}
