import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

const DIRECTORY = new URL('../fixtures/deso/', import.meta.url)

export function hexToBytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'))
}

export function bytesToHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

export interface ChainTransaction {
  height: number
  index: number
  tstampNanoSecs: string
  hash: string
  type: string
  /** The signed bytes, hex. */
  raw: string
}

/** Every transaction that a real node committed while it was recorded, in block order, block rewards left out. */
export function chainTransactions(): ChainTransaction[] {
  return lines(gunzipSync(read('chain-transactions.jsonl.gz')).toString()).map((line) => JSON.parse(line))
}

export interface GoldenTransaction {
  fields: {
    type: number
    outputs: { pk: string; amount: string }[]
    /** Byte strings in hex, integers in decimal; which there are depends on the type. */
    meta: {
      [name: string]: unknown
      creatorBasisPoints: string
      stakeMultipleBasisPoints: string
      timestampNanos: string
      isHidden: boolean
    }
    publicKey: string
    extra: { key: string; valueHex: string }[]
    fee: string
    expiration: string
    partialId: string
  }
  hex: string
  hash: string
}

/** Random unsigned transactions that DeSo's consensus code (Go) decoded, re-encoded to the same bytes, and hashed. */
export function goldenTransactions(): GoldenTransaction[] {
  return lines(read('golden-transactions.jsonl').toString()).map((line) => JSON.parse(line))
}

export interface AtomicWrapper {
  name: string
  signedHex: string
  hash: string
  inner: { signedHex: string; hash: string }[]
}

/** Bundles of several signers that a real node committed. */
export function atomicWrappers(): AtomicWrapper[] {
  return JSON.parse(read('atomic-wrappers.json').toString())
}

export interface OddSubmission {
  scenario: string
  step: number
  name: string
  signedHex: string
  /** HTTP status of a real node's answer, ECONNRESET where its handler panicked. */
  status: number | 'ECONNRESET'
  error: string | null
}

/** What was sent to a real node with something wrong in it. Two of them it took. */
export function oddSubmissions(): OddSubmission[] {
  return JSON.parse(read('odd-submissions.json').toString())
}

export interface NodeFee {
  path: string
  rateNanosPerKb: number
  unsignedHex: string
  feeNanos: number
}

/** Transactions as a real node constructed them, with the fee that it chose. */
export function nodeFees(): NodeFee[] {
  return JSON.parse(read('node-fees.json').toString())
}

function read(name: string): Buffer {
  return readFileSync(new URL(name, DIRECTORY))
}

function lines(text: string): string[] {
  return text.trimEnd().split('\n')
}
