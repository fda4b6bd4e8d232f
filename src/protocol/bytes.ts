/** Small byte helpers of this room; no Buffer, so that the SDK can use them in a browser. */
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const utf8 = new TextEncoder()

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

export function encodeText(text: string): Uint8Array {
  return utf8.encode(text)
}

/** The UTF-8 text, byte for byte (a BOM stays); null when the bytes are no UTF-8. */
export function decodeText(bytes: Uint8Array): string | null {
  try {
    return strictUtf8.decode(bytes)
  } catch {
    return null
  }
}
