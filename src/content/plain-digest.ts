import { createHmac, type Hmac } from 'node:crypto'
import type { GatewayIdentity } from '../crypto/gateway-identity.js'
import { FIRST_SEGMENT_PLAIN_BYTES, SEGMENT_PLAIN_BYTES } from '../crypto/segment-layout.js'

/** What a digest of nothing goes on from. */
const START = new Uint8Array(32)

/**
 * A keyed digest of a file's plain bytes that tells a repeat from another file, and nothing to others. It can be given
 * up and taken up again at the end of any piece, so that an upload that resumes needs no second pass: pieces are those
 * of the cipher's segments (65,480 bytes, then 65,520), chain(i) = HMAC-SHA256(secret, chain(i - 1) ‖ piece(i)) from 32
 * zero bytes, and the digest is HMAC-SHA256(secret, last chain ‖ "end" ‖ size as 8 bytes, big-endian).
 */
export class PlainDigest {
  readonly #secret: Uint8Array
  #chain: Uint8Array
  #size: number
  #piece: Hmac | null = null
  #room: number

  /** Goes on behind whole pieces of `size` bytes in all. */
  constructor(
    identity: Pick<GatewayIdentity, 'secret'>,
    from: { chain: Uint8Array; size: number } = { chain: START, size: 0 },
  ) {
    this.#secret = identity.secret('upload-digest')
    this.#chain = from.chain
    this.#size = from.size
    this.#room = from.size === 0 ? FIRST_SEGMENT_PLAIN_BYTES : SEGMENT_PLAIN_BYTES
  }

  /** Over all whole pieces; 32 bytes. */
  get chain(): Uint8Array {
    return this.#chain
  }

  update(chunk: Uint8Array): void {
    let rest = chunk
    while (rest.length > 0) {
      const part = rest.subarray(0, this.#room)
      rest = rest.subarray(part.length)
      this.#piece ??= createHmac('sha256', this.#secret).update(this.#chain)
      this.#piece.update(part)
      this.#size += part.length
      this.#room -= part.length
      if (this.#room === 0) this.#close()
    }
  }

  /** Of all that came; 64 hex digits. Nothing may follow. */
  finish(): string {
    this.#close()
    const size = Buffer.alloc(8)
    size.writeBigUInt64BE(BigInt(this.#size))
    return createHmac('sha256', this.#secret).update(this.#chain).update('end').update(size).digest('hex')
  }

  #close(): void {
    if (this.#piece) this.#chain = this.#piece.digest()
    this.#piece = null
    this.#room = SEGMENT_PLAIN_BYTES
  }
}
