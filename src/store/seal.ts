import { createHmac, timingSafeEqual } from 'node:crypto'

/** Base64url of 32 bytes. */
const MAC_CHARACTERS = 43

/**
 * Text with a proof that somebody who knows the secret wrote it for this place: whoever can write to a shared cache
 * must not be able to make up facts.
 */
export class Seal {
  constructor(private readonly secret: Uint8Array) {}

  write(place: string, body: string): string {
    return this.#macOf(place, body) + body
  }

  /** Undefined: it was not written by us, not for this place, or not whole. */
  read(place: string, text: string): string | undefined {
    const [mac, body] = [text.slice(0, MAC_CHARACTERS), text.slice(MAC_CHARACTERS)]
    const expected = this.#macOf(place, body)
    const isOurs = mac.length === expected.length && timingSafeEqual(Buffer.from(mac), Buffer.from(expected))
    return isOurs ? body : undefined
  }

  #macOf(place: string, body: string): string {
    return createHmac('sha256', this.secret)
      .update(`${place.length}:${place}`)
      .update(body)
      .digest('base64url')
  }
}
