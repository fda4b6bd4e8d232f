import { bytesToHex, randomBytes } from '@noble/hashes/utils.js'

/** 32 hex digits that nobody else has. */
export function newIdempotencyKey(): string {
  return bytesToHex(randomBytes(16))
}
