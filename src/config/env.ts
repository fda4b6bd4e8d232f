/** The text of one variable; undefined where it is missing or empty. */
export type EnvText = string | undefined

/**
 * Reads the environment, and judges nothing: one line per variable that the gateway knows. Empty is the same as
 * missing, so that `NAME=` in an env file leaves a variable out.
 */
export function readEnv(env: NodeJS.ProcessEnv) {
  const text = (name: string): EnvText => env[name]?.trim() || undefined
  return {
    NODE_ENV: text('NODE_ENV'),
    LOG_LEVEL: text('LOG_LEVEL'),
    HOST: text('HOST'),
    PORT: text('PORT'),
    PUBLIC_URL: text('PUBLIC_URL'),
    DATA_DIR: text('DATA_DIR'),
    GATEWAY_SEED: text('GATEWAY_SEED'),
    DESO_NODE_URL: text('DESO_NODE_URL'),
    DESO_NETWORK: text('DESO_NETWORK'),
    NODE_TIMEOUT_MS: text('NODE_TIMEOUT_MS'),
    DEVCHAIN_PORT: text('DEVCHAIN_PORT'),
    DEVCHAIN_BLOCK_MS: text('DEVCHAIN_BLOCK_MS'),
    IPFS_STORE: text('IPFS_STORE'),
    GC_GRACE_SECONDS: text('GC_GRACE_SECONDS'),
    GC_INTERVAL_SECONDS: text('GC_INTERVAL_SECONDS'),
    KUBO_RPC_URL: text('KUBO_RPC_URL'),
    KUBO_RPC_TOKEN: text('KUBO_RPC_TOKEN'),
    KUBO_GATEWAY_URL: text('KUBO_GATEWAY_URL'),
    KUBO_TIMEOUT_MS: text('KUBO_TIMEOUT_MS'),
    KUBO_VERIFY: text('KUBO_VERIFY'),
    IPFS_MIRRORS: text('IPFS_MIRRORS'),
    IPFS_MIRROR_TOKENS: text('IPFS_MIRROR_TOKENS'),
    CACHE_URL: text('CACHE_URL'),
    STATE_URL: text('STATE_URL'),
    SESSION_SECONDS: text('SESSION_SECONDS'),
    CHALLENGE_SECONDS: text('CHALLENGE_SECONDS'),
    LINK_SECONDS: text('LINK_SECONDS'),
    MAX_FILE_BYTES: text('MAX_FILE_BYTES'),
    MAX_FILES: text('MAX_FILES'),
    MAX_UNPUBLISHED_BYTES: text('MAX_UNPUBLISHED_BYTES'),
    MAX_OPEN_UPLOADS: text('MAX_OPEN_UPLOADS'),
    UPLOAD_SECONDS: text('UPLOAD_SECONDS'),
    MAX_PAGE_SIZE: text('MAX_PAGE_SIZE'),
    MAX_QUERY_DEPTH: text('MAX_QUERY_DEPTH'),
    MAX_QUERY_TOKENS: text('MAX_QUERY_TOKENS'),
    MAX_QUERY_ALIASES: text('MAX_QUERY_ALIASES'),
    MAX_QUERY_COST: text('MAX_QUERY_COST'),
    COMMIT_WAIT_SECONDS: text('COMMIT_WAIT_SECONDS'),
    MAX_REPLAY_BLOCKS: text('MAX_REPLAY_BLOCKS'),
    MAX_LIVE_CONNECTIONS: text('MAX_LIVE_CONNECTIONS'),
    LIVE_HEARTBEAT_SECONDS: text('LIVE_HEARTBEAT_SECONDS'),
    MAX_LIVE_QUEUE: text('MAX_LIVE_QUEUE'),
  }
}

export type Env = ReturnType<typeof readEnv>
export type EnvName = keyof Env
