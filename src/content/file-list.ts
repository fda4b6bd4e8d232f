import { InvalidInputError } from '../errors.js'
import { FILE_NAME_RULE, FileNames, isFileName } from '../protocol/file-name.js'
import { leastFileBytes, MAX_MANIFEST_BYTES, manifestTooLarge } from '../protocol/manifest.js'
import type { IncomingFile } from './incoming-file.js'
import { isMediaType } from './media-type.js'

/** What a manifest says of a file that somebody wants to publish. */
export type NamedFile = Pick<IncomingFile, 'position' | 'name' | 'mediaType'>

/** The files of a content to be, as they are named: each must be allowed, and beside those before it. */
export class FileList {
  readonly #names = new FileNames()
  #manifestBytes = 0

  /** `isGated`: such files take more room in the manifest. */
  constructor(private readonly isGated: boolean) {}

  /** Throws InvalidInputError for a name or type, UploadTooLargeError where the manifest has no room for it. */
  add({ position, name, mediaType }: NamedFile): void {
    const path = ['input', 'files', String(position)]
    if (!isFileName(name)) throw new InvalidInputError(FILE_NAME_RULE, [...path, 'name'])
    const clash = this.#names.add(name)
    if (clash !== null) {
      const fault =
        clash === 'twice' ? `Two files are named ${name}.` : `${name}: a file cannot be a folder of another.`
      throw new InvalidInputError(fault, [...path, 'name'])
    }
    if (!isMediaType(mediaType)) {
      const rule = 'A media type reads like video/mp4, at most 255 characters.'
      throw new InvalidInputError(rule, [...path, 'mediaType'])
    }
    this.#manifestBytes += leastFileBytes(name, mediaType, this.isGated)
    if (this.#manifestBytes > MAX_MANIFEST_BYTES) throw manifestTooLarge()
  }
}

/** A media type is at least so long. */
const SHORTEST_TYPE = 'a/b'

/**
 * What can be said of files by their names alone, before a byte has come; null: not named yet. Throws InvalidInputError
 * or UploadTooLargeError.
 */
export function checkNames(names: readonly (string | null)[], isGated: boolean): void {
  const list = new FileList(isGated)
  for (const [position, name] of names.entries()) {
    if (name !== null) list.add({ position, name, mediaType: SHORTEST_TYPE })
  }
}
