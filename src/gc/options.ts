export interface GcOptions {
  dryRun: boolean
  /** Null: as configured. */
  graceSeconds: number | null
}

export const USAGE = `npm run gc -- [--dry-run] [--grace-seconds <n>]

Removes the blocks of the embedded IPFS store (under DATA_DIR) that no pin holds and that were not stored within the last
GC_GRACE_SECONDS. Works beside a running gateway, too.

  --dry-run            only tell what would be removed
  --grace-seconds <n>  another grace; 0 removes all that neither a pin holds nor an upload under way stored`

/** Null: the arguments do not hold. */
export function readOptions(args: readonly string[]): GcOptions | null {
  const options: GcOptions = { dryRun: false, graceSeconds: null }
  const left = args.flatMap((arg) => (arg.startsWith('--grace-seconds=') ? arg.split('=', 2) : [arg]))
  while (left.length > 0) {
    const arg = left.shift()
    if (arg === '--dry-run') options.dryRun = true
    else if (arg === '--grace-seconds' && /^\d{1,9}$/.test(left[0] ?? '')) {
      options.graceSeconds = Number(left.shift())
    } else return null
  }
  return options
}
