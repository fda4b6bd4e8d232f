import { encodeText } from './bytes.js'

const MAX_PART_BYTES = 255
const MAX_PARTS = 32
const MAX_FILE_NAME_BYTES = 1_024

/** The rule, for people. */
export const FILE_NAME_RULE = `A file name is 1 to ${MAX_PART_BYTES} bytes without control characters, and not . or ..; or a path of up to ${MAX_PARTS} such names joined by /, of ${MAX_FILE_NAME_BYTES} bytes at most.`

/**
 * May a file of a content have this name? A path of folders and a name, joined by `/`, each 1 to 255 bytes of UTF-8 and
 * neither `.` nor `..`; no control character, no `/` at either end. So it names one place, and none above it.
 */
export function isFileName(name: string): boolean {
  if (name.length > MAX_FILE_NAME_BYTES || /[\p{Cc}\p{Cs}]/u.test(name)) return false
  const parts = name.split('/')
  return (
    parts.length <= MAX_PARTS && encodeText(name).length <= MAX_FILE_NAME_BYTES && parts.every(isFileNamePart)
  )
}

function isFileNamePart(part: string): boolean {
  return part !== '' && part !== '.' && part !== '..' && encodeText(part).length <= MAX_PART_BYTES
}

/** The names of a content's files, as they come: each once, and none that is a folder of another. */
export class FileNames {
  readonly #files = new Set<string>()
  readonly #folders = new Set<string>()

  /** Why a name that may be one cannot be one more of these; null where it is taken up. After a fault: throw away. */
  add(name: string): 'twice' | 'file and folder' | null {
    if (this.#files.has(name)) return 'twice'
    if (this.#folders.has(name)) return 'file and folder'
    for (let end = name.lastIndexOf('/'); end > 0; end = name.lastIndexOf('/', end - 1)) {
      const folder = name.slice(0, end)
      if (this.#files.has(folder)) return 'file and folder'
      // Those above it are known, too.
      if (this.#folders.has(folder)) break
      this.#folders.add(folder)
    }
    this.#files.add(name)
    return null
  }
}
