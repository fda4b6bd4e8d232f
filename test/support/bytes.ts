import { createCipheriv, createHash } from 'node:crypto'

/**
 * The first `size` bytes of the ChaCha20 key stream under sha256(seed), nonce 0: the data of the vectors of tink-go and of
 * IPIP-499 (go-test/random). In chunks of `chunkBytes`.
 */
export async function* keystream(
  seed: string,
  size: number,
  chunkBytes = 65_536,
): AsyncGenerator<Uint8Array> {
  const cipher = createCipheriv('chacha20', createHash('sha256').update(seed).digest(), Buffer.alloc(16))
  const zeros = Buffer.alloc(chunkBytes)
  for (let left = size; left > 0; left -= chunkBytes) yield cipher.update(zeros.subarray(0, left))
}

/** The same at once. */
export function keystreamBytes(seed: string, size: number): Buffer {
  const cipher = createCipheriv('chacha20', createHash('sha256').update(seed).digest(), Buffer.alloc(16))
  return cipher.update(Buffer.alloc(size))
}

/** Bytes as a stream, in chunks of the sizes given, round and round. */
export async function* chunksOf(
  bytes: Uint8Array,
  sizes: readonly number[] = [bytes.length],
): AsyncGenerator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] as number
    yield bytes.subarray(at, at + size)
    at += size
  }
}

export async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of source) chunks.push(chunk)
  return Buffer.concat(chunks)
}
