const MAX_VALUE_BYTES = 1 << 20
const MAX_KEY_BYTES = 1024

/** Bytes of the largest entry, key and value. */
export const MAX_ENTRY_BYTES = MAX_VALUE_BYTES + MAX_KEY_BYTES

/** What every state refuses. Throws RangeError. */
export function checkEntry(key: string, value: string, expiresAt: number): void {
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) {
    throw new RangeError(`A key of the state has at most ${MAX_KEY_BYTES} bytes.`)
  }
  if (Buffer.byteLength(value) > MAX_VALUE_BYTES) {
    throw new RangeError(`A value of the state has at most ${MAX_VALUE_BYTES} bytes.`)
  }
  if (!Number.isFinite(expiresAt)) throw new RangeError('An entry of the state has an end.')
}
