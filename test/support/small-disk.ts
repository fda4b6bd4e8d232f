import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'vitest'

/** A file system of its own with room for a few megabytes, at `path`. */
export interface SmallDisk extends AsyncDisposable {
  path: string
}

const isRoot = process.geteuid?.() === 0

/** A group of tests that mount file systems, which root alone may: named among those left out for others. */
export function describeSmallDisk(name: string, tests: () => void): void {
  if (isRoot && canMount()) describe(name, tests)
  else if (isRoot && process.env.CI === 'true') it(`${name}: root may mount in CI`, failWithoutMount)
  else it.skip(`${name} [needs root, to mount a small file system]`, () => {})
}

function failWithoutMount(): never {
  throw new Error('mount -t tmpfs is refused, so these tests did not run.')
}

export async function mountSmallDisk(bytes: number): Promise<SmallDisk> {
  const path = await mkdtemp(join(tmpdir(), 'small-disk-'))
  if (!mount(path, bytes)) throw new Error(`cannot mount ${path}`)
  return {
    path,
    async [Symbol.asyncDispose]() {
      spawnSync('umount', ['-l', path])
      await rm(path, { recursive: true, force: true })
    },
  }
}

function canMount(): boolean {
  const { status } = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()])
  return status === 0
}

function mount(path: string, bytes: number): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', path]).status === 0
}
