import { startKubo, type TestKubo } from './kubo.js'

/**
 * In CI what a user sees is tried once more with state and cache in the Redis that STATE_URL and CACHE_URL name, and once
 * with content on a Kubo (WITH_KUBO=1; of the world's own, so that tests may look into it).
 * `kuboDir`: where its repository goes.
 */
export async function otherParts(
  kuboDir?: string,
): Promise<{ kubo: TestKubo | null; env: Record<string, string> }> {
  const { STATE_URL, CACHE_URL, WITH_KUBO } = process.env
  const kubo = WITH_KUBO === '1' ? await startKubo(kuboDir === undefined ? {} : { dir: kuboDir }) : null
  return {
    kubo,
    env: {
      ...(STATE_URL && { STATE_URL }),
      ...(CACHE_URL && { CACHE_URL }),
      ...(kubo && { KUBO_RPC_URL: kubo.rpcUrl, KUBO_GATEWAY_URL: kubo.gatewayUrl }),
    },
  }
}
