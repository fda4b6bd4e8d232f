import type { CID } from 'multiformats/cid'
import { InvalidInputError } from '../../errors.js'
import type { GatedFile, Manifest, ManifestFile } from '../../protocol/manifest.js'
import type { FileAtHand, FoundFile } from '../incoming-file.js'

/** A file of an update that is said by its name alone: that of the present version stays. */
export interface NamedFile {
  position: number
  name: string
  mediaType: string | null
}

/** What of the given files is in the present version, and stays as it is stored. */
export function keptFiles(
  manifest: Manifest,
  named: readonly NamedFile[],
  atHand: readonly FileAtHand[],
): { kept: FoundFile[]; others: FileAtHand[] } {
  const kept = named.map((file) => keepByName(manifest, file))
  const others: FileAtHand[] = []
  for (const file of atHand) {
    const present = 'cid' in file.source ? byCid(manifest, file.source.cid, file.name) : undefined
    if (present) kept.push(keep(present, file))
    else others.push(file)
  }
  return { kept, others }
}

function keepByName(manifest: Manifest, file: NamedFile): FoundFile {
  const present = manifest.files.find(({ name }) => name === file.name)
  if (present) return keep(present, file)
  throw new InvalidInputError(
    `The present version has no file ${file.name}: give its bytes, or the name of one that it has.`,
    ['input', 'files', String(file.position), 'name'],
  )
}

/** Of several files of the same bytes the one of that name. */
function byCid(manifest: Manifest, cid: CID, wanted: string | null): ManifestFile | undefined {
  const same = manifest.files.filter((file) => file.cid.toV1().equals(cid.toV1()))
  return same.find(({ name }) => name === wanted) ?? same[0]
}

function keep(
  present: ManifestFile | GatedFile,
  { position, name, mediaType }: { position: number; name: string | null; mediaType: string | null },
): FoundFile {
  const { cid, size } = present
  return {
    position,
    name: name ?? present.name,
    mediaType: mediaType ?? present.type,
    size,
    digest: `cid:${cid}`,
    source: { kept: { cid, id: 'id' in present ? present.id : null } },
  }
}
