import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where the built gateway of a test run lies: `runner` is the process that all its workers come from. */
export function builtFolder(runner: number): string {
  return join(tmpdir(), `built-${runner}`)
}

/** Vitest calls it after the last test of a run. */
export async function teardown(): Promise<void> {
  await rm(builtFolder(process.pid), { recursive: true, force: true })
}
