import type { RequestContext } from '../context.js'
import type { Manifest } from '../protocol/manifest.js'
import type { Content, ContentFile } from './content.js'
import { ContentNotFoundError } from './errors.js'
import { loadManifest } from './load-manifest.js'

/** The files of a content. Throws StorageUnavailableError when IPFS has no answer. */
export async function loadFiles(ctx: RequestContext, content: Content): Promise<ContentFile[]> {
  const manifest = await loadManifest(ctx, content)
  if (!manifest) throw new ContentNotFoundError()
  return filesOf(manifest)
}

export function filesOf(manifest: Manifest): ContentFile[] {
  return manifest.files.map((_, index) => fileOf(manifest, index) as ContentFile)
}

/** Null: there is none. */
export function fileOf(manifest: Manifest, index: number): ContentFile | null {
  const file = manifest.files[index]
  if (!file) return null
  const { name, type, size, cid } = file
  return {
    index,
    name,
    mediaType: type,
    size,
    cid,
    isEncrypted: manifest.enc !== null,
    isInFolder: isFolder(manifest),
  }
}

const folders = new WeakMap<Manifest, boolean>()

/** Do its files find one another by relative links: do they carry paths, or is one a list of what to play? */
function isFolder(manifest: Manifest): boolean {
  const known = folders.get(manifest) ?? manifest.files.some(({ name, type }) => isLinking(name, type))
  folders.set(manifest, known)
  return known
}

function isLinking(name: string, type: string): boolean {
  return name.includes('/') || /\.(?:m3u8?|mpd)$/i.test(name) || /mpegurl|dash\+xml/i.test(type)
}

/** Players ask for thousands of files by name; a manifest that is kept is the same object. */
const indexes = new WeakMap<Manifest, ReadonlyMap<string, number>>()

/** The place of the file of this name; -1: there is none. */
export function indexOf(manifest: Manifest, name: string): number {
  const known = indexes.get(manifest) ?? new Map(manifest.files.map((file, index) => [file.name, index]))
  indexes.set(manifest, known)
  return known.get(name) ?? -1
}
