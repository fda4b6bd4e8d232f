/**
 * The room recover/: the command that gives a creator the plain files of a content without any gateway of this project.
 * It knows IPFS gateways and the open protocol through the client alone.
 */
import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type IpfsContent, readContent, type Signer } from '../client/index.js'
import { equalBytes } from '../protocol/bytes.js'
import { RecoverError } from './errors.js'
import { saveFile } from './save-file.js'

export interface Recovery {
  gateways: readonly string[]
  manifest: string
  /** Where to put the files; null: a folder named after the manifest. */
  out: string | null
  /** The accounts of the seed, asked for only where the files are encrypted. */
  signers: () => Promise<readonly Signer[]>
  tell: (line: string) => void
  progress?: (file: string, bytes: number, of: number) => void
}

/** How many files are there at the end, and how many are not. Throws RecoverError where nothing can be had at all. */
export async function recover(recovery: Recovery): Promise<{ there: number; failed: number }> {
  const { gateways, manifest, tell, progress } = recovery
  const content = await open(recovery)
  const out = resolve(recovery.out ?? `recovered-${content.manifestCid}`)
  await mkdir(out, { recursive: true })
  tell(`${content.files.length} files of ${manifest}, from ${gateways.join(', ')}, to ${out}`)
  const counts = { there: 0, failed: 0 }
  for (const file of content.files) {
    let received = 0
    const onBytes = (bytes: number) => {
      received += bytes
      progress?.(file.name, received, file.byteSize)
    }
    try {
      tell(`${file.name}: ${await saveFile(out, file, onBytes)}, ${file.byteSize} bytes`)
      counts.there += 1
    } catch (error) {
      tell(`${file.name}: NOT saved: ${(error as Error).message}`)
      counts.failed += 1
    }
  }
  tell(`${counts.there} files are there, ${counts.failed} are not.`)
  return counts
}

async function open({ gateways, manifest, signers }: Recovery): Promise<IpfsContent> {
  const options = { gateways }
  const content = await readContent(options, manifest).catch((error: Error) => {
    throw new RecoverError(`The manifest ${manifest} cannot be read: ${error.message}`, error)
  })
  const { enc } = content.manifest
  if (enc === null) return content
  const signer = (await signers()).find(({ publicKey33 }) =>
    enc.keys.some(({ to }) => equalBytes(to, publicKey33)),
  )
  if (!signer)
    throw new RecoverError('This seed opens none of the keys in the manifest: is it the creator’s?')
  return readContent(options, manifest, { signer })
}
