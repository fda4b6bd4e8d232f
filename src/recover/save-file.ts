import { randomUUID } from 'node:crypto'
import { link, lstat, mkdir, open, rename, rm } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import type { IpfsFile } from '../client/index.js'
import { RecoverError } from './errors.js'

/**
 * Writes a file of a content below `out`, under its own name or path, whole or not at all. Answers whether it was there
 * already, which is told by its size. Throws RecoverError where something else is there, or the name leads out of `out`.
 */
export async function saveFile(
  out: string,
  file: IpfsFile,
  onBytes: (bytes: number) => void,
): Promise<'saved' | 'there already'> {
  const target = resolve(out, ...file.name.split('/'))
  if (!target.startsWith(resolve(out) + sep)) throw new RecoverError('its name leads out of the folder')
  const folder = await makeFolders(out, file.name.split('/').slice(0, -1))
  if (await isThere(target, file.byteSize)) return 'there already'
  const temp = join(folder, `.recover-${randomUUID()}`)
  try {
    await using handle = await open(temp, 'wx', 0o600)
    for await (const chunk of file.read()) {
      await handle.writeFile(chunk)
      onBytes(chunk.length)
    }
    await handle.sync()
    await putInPlace(temp, target)
  } finally {
    await rm(temp, { force: true })
  }
  return 'saved'
}

/** One by one, as a symbolic link that was there may lead elsewhere. */
async function makeFolders(out: string, names: readonly string[]): Promise<string> {
  let path = resolve(out)
  for (const name of names) {
    path = join(path, name)
    const isNew = await mkdir(path).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') return false
        throw error
      },
    )
    if (!isNew && !(await lstat(path)).isDirectory()) {
      throw new RecoverError('where its folder goes there is a link or a file, which was left as it is')
    }
  }
  return path
}

async function isThere(path: string, size: number): Promise<boolean> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (!found) return false
  if (found.isFile() && found.size === size) return true
  throw new RecoverError('something else is there under its name, and was left as it is')
}

/** A link fails where a name is taken, a rename would replace it; not all file systems have links. */
async function putInPlace(temp: string, target: string): Promise<void> {
  try {
    await link(temp, target)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error
    await rename(temp, target)
  }
}
