import type { Settings } from './settings.js'

const GIB = 2 ** 30

/** What the gateway refuses, most of it published in `gateway.limits`. */
export interface Limits {
  readonly maxFileBytes: number
  readonly maxFilesPerContent: number
  /** Per account. */
  readonly maxUnpublishedBytes: number
  /** Uploads that resume, per account. */
  readonly maxOpenUploads: number
  /** How long one of them is kept after its last byte. */
  readonly uploadSeconds: number
  readonly maxPageSize: number
  readonly maxQueryDepth: number
  readonly maxQueryTokens: number
  readonly maxQueryAliases: number
  readonly maxQueryCost: number
  readonly commitWaitSeconds: number
  /** How far back live events are told of again. */
  readonly maxReplayBlocks: number
}

export function readLimits(settings: Settings): Limits {
  return {
    maxFileBytes: settings.integer('MAX_FILE_BYTES', { default: 5 * GIB, min: 1, max: 1024 * GIB }),
    maxFilesPerContent: settings.integer('MAX_FILES', { default: 10_000, min: 1, max: 10_000 }),
    maxUnpublishedBytes: settings.integer('MAX_UNPUBLISHED_BYTES', {
      default: 10 * GIB,
      min: 1,
      max: 2 ** 20 * GIB,
    }),
    maxOpenUploads: settings.integer('MAX_OPEN_UPLOADS', { default: 10_000, min: 1, max: 1_000_000 }),
    uploadSeconds: settings.integer('UPLOAD_SECONDS', { default: 172_800, min: 60, max: 2_592_000 }),
    maxPageSize: settings.integer('MAX_PAGE_SIZE', { default: 100, min: 1, max: 1000 }),
    maxQueryDepth: settings.integer('MAX_QUERY_DEPTH', { default: 15, min: 1, max: 100 }),
    maxQueryTokens: settings.integer('MAX_QUERY_TOKENS', { default: 2000, min: 100, max: 100_000 }),
    maxQueryAliases: settings.integer('MAX_QUERY_ALIASES', { default: 30, min: 0, max: 1000 }),
    maxQueryCost: settings.integer('MAX_QUERY_COST', { default: 10_000, min: 100, max: 1_000_000 }),
    commitWaitSeconds: settings.integer('COMMIT_WAIT_SECONDS', { default: 30, min: 1, max: 300 }),
    maxReplayBlocks: settings.integer('MAX_REPLAY_BLOCKS', { default: 1000, min: 1, max: 10_000 }),
  }
}
