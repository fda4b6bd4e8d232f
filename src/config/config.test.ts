import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { describe, expect, it } from 'vitest'
import { loadConfig } from './config.js'
import { readEnv } from './env.js'
import { ConfigError } from './settings.js'

const SEED = '1f'.repeat(32)
const OLDER_SEED = 'a0'.repeat(32)

const PRODUCTION = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://gateway.example.org',
  DESO_NODE_URL: 'https://node.example.org',
  DESO_NETWORK: 'mainnet',
  GATEWAY_SEED: SEED,
  IPFS_STORE: 'embedded',
}

function faultsOf(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    loadConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
  return []
}

describe('the settings', () => {
  it('have these defaults', () => {
    expect(loadConfig({})).toEqual({
      server: {
        host: '127.0.0.1',
        port: 4000,
        publicUrl: 'http://localhost:4000',
        isProduction: false,
        logLevel: 'info',
      },
      dataDir: resolve('data'),
      deso: { nodeUrls: null, network: 'testnet', timeoutMs: 10_000 },
      devchain: { port: 18_001, blockMs: 500 },
      ipfs: { kubo: [], mirrors: [], verifiesAll: false, timeoutMs: 30_000 },
      cacheUrl: null,
      stateUrl: null,
      seeds: null,
      sessions: { sessionSeconds: 86_400, challengeSeconds: 300, linkSeconds: 21_600 },
      limits: {
        maxFileBytes: 5_368_709_120,
        maxFilesPerContent: 10_000,
        maxUnpublishedBytes: 10_737_418_240,
        maxOpenUploads: 10_000,
        uploadSeconds: 172_800,
        maxPageSize: 100,
        maxQueryDepth: 15,
        maxQueryTokens: 2000,
        maxQueryAliases: 30,
        maxQueryCost: 10_000,
        commitWaitSeconds: 30,
        maxReplayBlocks: 1000,
      },
      garbage: { graceSeconds: 86_400, intervalSeconds: 21_600 },
      live: { maxConnections: 10_000, heartbeatSeconds: 15, maxQueue: 256 },
    })
  })

  it('take the place of the defaults when given', () => {
    const config = loadConfig({
      ...PRODUCTION,
      HOST: '::',
      PORT: '8080',
      PUBLIC_URL: 'https://Gateway.Example.org/deso/',
      DESO_NODE_URL: ' https://a.example.org/ , http://b.example.org:17001,https://a.example.org',
      GATEWAY_SEED: `${SEED.toUpperCase()}, ${OLDER_SEED}`,
      DATA_DIR: '/var/lib/gateway',
      CACHE_URL: 'memory:',
      STATE_URL: 'rediss://gateway:secret@redis.example.org:6380/2',
      LOG_LEVEL: 'warn',
      MAX_PAGE_SIZE: '50',
    })
    expect(config.server).toEqual({
      host: '::',
      port: 8080,
      publicUrl: 'https://gateway.example.org/deso',
      isProduction: true,
      logLevel: 'warn',
    })
    expect(config.deso.nodeUrls).toEqual(['https://a.example.org', 'http://b.example.org:17001'])
    expect(config.deso.network).toBe('mainnet')
    expect(config.seeds).toEqual([SEED, OLDER_SEED])
    expect(config.dataDir).toBe('/var/lib/gateway')
    expect(config.cacheUrl).toBeNull()
    expect(config.stateUrl).toBe('rediss://gateway:secret@redis.example.org:6380/2')
    expect(config.limits.maxPageSize).toBe(50)
  })

  it('derive the public URL from the port', () => {
    expect(loadConfig({ PORT: '4100' }).server.publicUrl).toBe('http://localhost:4100')
  })

  it('count as left out when they are empty', () => {
    const empty = Object.fromEntries(Object.keys(readEnv({})).map((name) => [name, ' ']))
    expect(loadConfig(empty)).toEqual(loadConfig({}))
  })

  it('are told with all their faults at once, one line each', () => {
    const env = {
      PORT: 'http',
      LOG_LEVEL: 'loud',
      DESO_NODE_URL: 'node.example.org',
      CACHE_URL: 'http://secret@localhost',
    }
    expect(() => loadConfig(env)).toThrow(
      new ConfigError([
        'DESO_NODE_URL: write a whole URL such as https://example.org (URL 1).',
        'PORT: write a whole number from 0 to 65535, not "http".',
        'LOG_LEVEL: write fatal, error, warn, info, debug, trace or silent, not "loud".',
        'DESO_NETWORK: write mainnet or testnet, whichever the node of DESO_NODE_URL is on.',
        'CACHE_URL: write a Redis URL such as redis://redis.example.org:6379/0, or memory:.',
      ]),
    )
    expect(new ConfigError(['A: b.', 'C: d.']).message).toBe('The settings do not hold:\n  A: b.\n  C: d.')
  })
})

describe('a number in the settings', () => {
  it.each([
    '-1',
    '1.5',
    '1e3',
    '0x10',
    '+5',
    '007',
    '5 GB',
    'NaN',
    'Infinity',
    '99999999999999999',
    '65536',
    '4,000',
  ])('is refused when written %s', (text) => {
    expect(faultsOf({ PORT: text })).toEqual([
      `PORT: write a whole number from 0 to 65535, not ${JSON.stringify(text)}.`,
    ])
  })

  it.each([
    ['PORT', 0, 65_535],
    ['NODE_TIMEOUT_MS', 100, 120_000],
    ['DEVCHAIN_PORT', 0, 65_535],
    ['DEVCHAIN_BLOCK_MS', 10, 600_000],
    ['SESSION_SECONDS', 1, 2_592_000],
    ['CHALLENGE_SECONDS', 1, 3600],
    ['LINK_SECONDS', 1, 604_800],
    ['MAX_FILE_BYTES', 1, 10_737_418_240],
    ['MAX_FILES', 1, 10_000],
    ['MAX_UNPUBLISHED_BYTES', 5_368_709_120, 2 ** 50],
    ['MAX_OPEN_UPLOADS', 1, 1_000_000],
    ['UPLOAD_SECONDS', 60, 2_592_000],
    ['MAX_PAGE_SIZE', 1, 1000],
    ['MAX_QUERY_DEPTH', 1, 100],
    ['MAX_QUERY_TOKENS', 100, 100_000],
    ['MAX_QUERY_ALIASES', 0, 1000],
    ['MAX_QUERY_COST', 100, 1_000_000],
    ['COMMIT_WAIT_SECONDS', 1, 300],
  ])('%s may be %d to %d and nothing beyond', (name, min, max) => {
    expect(faultsOf({ [name]: `${min}` })).toEqual([])
    expect(faultsOf({ [name]: `${max}` })).toEqual([])
    expect(faultsOf({ [name]: `${max + 1}` })).toHaveLength(1)
    expect(faultsOf({ [name]: `${min - 1}` })).toHaveLength(1)
  })

  it('may not let a file be larger than what an account may upload', () => {
    expect(faultsOf({ MAX_FILE_BYTES: '20000000000' })).toEqual([
      'MAX_UNPUBLISHED_BYTES: write at least MAX_FILE_BYTES, or no file of that size can come.',
    ])
  })

  it('may not give the gateway and the local chain one port, unless each takes a free one', () => {
    expect(faultsOf({ PORT: '18001' })).toEqual([
      'DEVCHAIN_PORT: write another port than PORT, as both listen.',
    ])
    expect(faultsOf({ PORT: '0', DEVCHAIN_PORT: '0' })).toEqual([])
    expect(faultsOf({ ...PRODUCTION, PORT: '18001' })).toEqual([])
  })
})

describe('the settings in production', () => {
  it('embed and generate nothing silently', () => {
    expect(faultsOf({ NODE_ENV: 'production' })).toEqual([
      'DESO_NODE_URL: write the URL of a DeSo node; the local chain is for development alone.',
      'IPFS_STORE: write embedded, to keep content under DATA_DIR, or set KUBO_RPC_URL.',
      'PUBLIC_URL: write the https URL under which clients reach this gateway.',
      'DESO_NETWORK: write mainnet or testnet, whichever the node of DESO_NODE_URL is on.',
      'GATEWAY_SEED: write 64 hex digits (openssl rand -hex 32), and keep them: they open all files.',
    ])
    expect(faultsOf({ ...PRODUCTION, DESO_NODE_URL: '' })).toHaveLength(1)
    expect(faultsOf(PRODUCTION)).toEqual([])
  })

  it('want https for all but this machine', () => {
    expect(faultsOf({ ...PRODUCTION, PUBLIC_URL: 'http://gateway.example.org' })).toEqual([
      'PUBLIC_URL: write an https URL, as tokens and links travel over it.',
    ])
    for (const url of [
      'http://localhost:4000',
      'http://127.0.0.1',
      'http://[::1]:4000',
      'http://a.localhost',
    ]) {
      expect(faultsOf({ ...PRODUCTION, PUBLIC_URL: url })).toEqual([])
    }
    expect(faultsOf({ PUBLIC_URL: 'http://gateway.example.org' })).toEqual([])
  })

  it('are not meant by a NODE_ENV that is spelled otherwise', () => {
    expect(faultsOf({ NODE_ENV: 'prod' })).toEqual([
      'NODE_ENV: write development, production or test, not "prod".',
    ])
  })
})

describe('the seeds of the gateway', () => {
  it.each([
    ['short', '1f'.repeat(31)],
    ['not hex', 'g0'.repeat(32)],
    ['zero', '00'.repeat(32)],
    ['over the order of the curve', 'ff'.repeat(32)],
    ['the order of the curve', 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141'],
  ])('are refused when one is %s, without ever being shown', (_name, seed) => {
    expect(faultsOf({ GATEWAY_SEED: `${SEED},${seed}` })).toEqual([
      'GATEWAY_SEED: write 64 hex digits, a private key (seed 2).',
    ])
  })

  it('may reach up to the order of the curve', () => {
    const largest = 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140'
    expect(loadConfig({ GATEWAY_SEED: largest }).seeds).toEqual([largest])
  })

  it('are refused when they repeat or are only commas', () => {
    expect(faultsOf({ GATEWAY_SEED: `${SEED},${SEED.toUpperCase()}` })).toEqual([
      'GATEWAY_SEED: write each seed once.',
    ])
    expect(faultsOf({ GATEWAY_SEED: ' , ' })).toEqual([
      'GATEWAY_SEED: write at least one seed, older ones behind it.',
    ])
  })
})

describe('the node of the settings', () => {
  it.each([
    ['ftp://node.example.org', 'write a whole URL such as https://example.org (URL 1)'],
    ['https://me:secret@node.example.org', 'write it without user and password (URL 1)'],
    ['https://node.example.org?key=1', 'write it without ? and # (URL 1)'],
  ])('is refused when it is %s, without being shown', (url, fault) => {
    expect(faultsOf({ DESO_NODE_URL: `${url},https://b.example.org`, DESO_NETWORK: 'testnet' })).toEqual([
      `DESO_NODE_URL: ${fault}.`,
    ])
  })

  it('is refused when there are only commas', () => {
    expect(faultsOf({ DESO_NODE_URL: ',', DESO_NETWORK: 'testnet' })).toEqual([
      'DESO_NODE_URL: write at least one URL, several separated by commas.',
    ])
  })

  it('is on the testnet when it is the local chain', () => {
    expect(faultsOf({ DESO_NETWORK: 'testnet' })).toEqual([])
    expect(faultsOf({ DESO_NETWORK: 'mainnet' })).toEqual([
      'DESO_NETWORK: write testnet, as the local chain is one, or set DESO_NODE_URL.',
    ])
  })
})

describe('the place of cache and state', () => {
  it.each([
    'redis://localhost',
    'redis://[::1]:7000',
    'redis://:secret@10.0.0.1:6379/15',
    'rediss://user:secret@redis.example.org',
  ])('may be %s', (url) => {
    expect(loadConfig({ CACHE_URL: url, STATE_URL: url })).toMatchObject({ cacheUrl: url, stateUrl: url })
  })

  it.each([
    'redis.example.org:6379',
    'redis://',
    'https://redis.example.org',
    'redis://secret@host:port',
    'redis://host/name',
    'redis://host/1/2',
    'redis://host?timeout=5',
    'memory',
  ])('is no %s, which the fault does not repeat', (url) => {
    const faults = faultsOf({ CACHE_URL: url, STATE_URL: url })
    expect(faults).toEqual([
      expect.stringMatching(/^CACHE_URL: write .+, or memory:\.$/),
      expect.stringMatching(/^STATE_URL: write /),
    ])
    expect(faults.join()).not.toContain('secret')
  })
})

describe('the Kubo nodes', () => {
  it('are URLs and sockets, each with its gateway and a token', () => {
    const { ipfs } = loadConfig({
      KUBO_RPC_URL: 'http://kubo-1:5001/api/v0/, https://kubo-2.example.org/rpc ,unix:/run/ipfs/api.sock',
      KUBO_GATEWAY_URL: 'http://kubo-1:8080/,https://kubo-2.example.org,http://127.0.0.1:8080',
      KUBO_RPC_TOKEN: 's3cret',
      KUBO_TIMEOUT_MS: '5000',
      KUBO_VERIFY: 'true',
    })
    expect(ipfs).toEqual({
      timeoutMs: 5000,
      verifiesAll: true,
      mirrors: [],
      kubo: [
        { rpcUrl: 'http://kubo-1:5001', socketPath: null, token: 's3cret', gatewayUrl: 'http://kubo-1:8080' },
        {
          rpcUrl: 'https://kubo-2.example.org/rpc',
          socketPath: null,
          token: 's3cret',
          gatewayUrl: 'https://kubo-2.example.org',
        },
        {
          rpcUrl: null,
          socketPath: '/run/ipfs/api.sock',
          token: 's3cret',
          gatewayUrl: 'http://127.0.0.1:8080',
        },
      ],
    })
  })

  it('have a token each, and no gateway unless given', () => {
    const env = { KUBO_RPC_URL: 'http://a:5001,unix:///b.sock', KUBO_RPC_TOKEN: 'first,second' }
    expect(loadConfig(env).ipfs.kubo).toEqual([
      { rpcUrl: 'http://a:5001', socketPath: null, token: 'first', gatewayUrl: null },
      { rpcUrl: null, socketPath: '/b.sock', token: 'second', gatewayUrl: null },
    ])
  })

  it('have mirrors: Kubo nodes and clusters', () => {
    const env = {
      IPFS_MIRRORS: 'http://a:5001,kubo+https://b.example.org,cluster+http://c:9094/,unix:/d.sock',
      IPFS_MIRROR_TOKENS: 'first,-,user:password,fourth',
    }
    expect(loadConfig(env).ipfs.mirrors).toEqual([
      { kind: 'kubo', url: 'http://a:5001', socketPath: null, token: 'first' },
      { kind: 'kubo', url: 'https://b.example.org', socketPath: null, token: null },
      { kind: 'cluster', url: 'http://c:9094', socketPath: null, token: 'user:password' },
      { kind: 'kubo', url: null, socketPath: '/d.sock', token: 'fourth' },
    ])
    expect(faultsOf({ IPFS_MIRRORS: 'cluster+unix:/c.sock,cluster+c:9094' })).toEqual([
      'IPFS_MIRRORS: write the URL of the cluster’s REST API such as cluster+http://host:9094 (URL 1).',
      'IPFS_MIRRORS: write a whole URL such as https://example.org (URL 2).',
    ])
  })

  it('are enough of a store in production, and leave no place for another', () => {
    const { IPFS_STORE: _, ...production } = PRODUCTION
    expect(faultsOf({ ...production, KUBO_RPC_URL: 'http://kubo:5001' })).toEqual([])
    expect(faultsOf({ ...PRODUCTION, KUBO_RPC_URL: 'http://kubo:5001' })).toEqual([
      'IPFS_STORE: leave it out, as KUBO_RPC_URL names another store.',
    ])
  })

  it('are refused in words that say what to write, and never tell a secret', () => {
    expect(faultsOf({ KUBO_RPC_URL: 'kubo:5001,unix:api.sock,http://me:s3cret@kubo:5001' })).toEqual([
      'KUBO_RPC_URL: write a whole URL such as https://example.org (URL 1).',
      'KUBO_RPC_URL: write unix: and an absolute path such as unix:/run/ipfs/api.sock (URL 2).',
      'KUBO_RPC_URL: write it without user and password; tokens go into KUBO_RPC_TOKEN (URL 3).',
    ])
    expect(faultsOf({ KUBO_RPC_URL: 'http://a:5001,http://a:5001' })).toEqual([
      'KUBO_RPC_URL: write each URL once.',
    ])
    expect(
      faultsOf({ KUBO_RPC_URL: 'http://a:5001,http://b:5001,http://c:5001', KUBO_RPC_TOKEN: 'x,s3 cret' }),
    ).toEqual([
      'KUBO_RPC_TOKEN: write one token for all, or one for each in the order of KUBO_RPC_URL (- for none).',
      'KUBO_RPC_TOKEN: write the token alone, without spaces (token 2).',
    ])
    expect(faultsOf({ KUBO_RPC_TOKEN: 's3cret' })).toEqual([
      'KUBO_RPC_TOKEN: write KUBO_RPC_URL, too, or leave it out.',
    ])
    expect(faultsOf({ KUBO_RPC_URL: 'http://a:5001', KUBO_GATEWAY_URL: 'http://a:8080,b' })).toEqual([
      'KUBO_GATEWAY_URL: write one URL for each node, in the order of KUBO_RPC_URL.',
      'KUBO_GATEWAY_URL: write a whole URL such as https://example.org (URL 2).',
    ])
  })
})

describe('example.env', () => {
  const text = readFileSync('example.env', 'utf8')

  it('names every setting that is read, and no other, with one comment line each', () => {
    const lines = text.split('\n').slice(3, -1)
    const names = []
    for (let index = 0; index < lines.length; index += 2) {
      expect(lines[index]).toMatch(/^# .+\.$/)
      names.push(lines[index + 1]?.split('=')[0])
    }
    expect(names.sort()).toEqual(Object.keys(readEnv({})).sort())
  })

  it('holds the defaults', () => {
    expect(loadConfig(parseEnv(text))).toEqual(loadConfig({}))
  })
})
