import { it } from 'vitest'

/** Whether what is long runs, too. */
export const runsAll = process.env.CI === 'true' || process.env.FULL === '1'

/**
 * A test that is too long for every run: it runs with CI=true or FULL=1, and is named among those left out
 * otherwise. `reason` says what makes it long.
 */
export function ciOnly(name: string, reason: string, test: () => Promise<void>, timeoutMs = 300_000): void {
  if (runsAll) it(name, test, timeoutMs)
  else it.skip(`${name} [${reason}; run with FULL=1]`, test)
}
