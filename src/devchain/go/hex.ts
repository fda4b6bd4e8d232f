/** Hex as Go's encoding/hex reads it; throws its words. */
export function decodeHex(text: string): Buffer {
  const bytes = Buffer.from(text)
  for (let index = 0; index < bytes.length - (bytes.length % 2); index += 1)
    assertHexDigit(bytes[index] as number)
  if (bytes.length % 2 === 1) {
    assertHexDigit(bytes[bytes.length - 1] as number)
    throw new Error('encoding/hex: odd length hex string')
  }
  return Buffer.from(text, 'hex')
}

function assertHexDigit(byte: number): void {
  const character = String.fromCharCode(byte)
  if (/[0-9a-fA-F]/.test(character)) return
  const code = byte.toString(16).toUpperCase().padStart(4, '0')
  throw new Error(`encoding/hex: invalid byte: U+${code} '${character}'`)
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

export function fromHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'))
}
