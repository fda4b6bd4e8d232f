import { encodeText } from './bytes.js'

const MAX_FILE_NAME_BYTES = 255

/** May a file of a content have this name? 1 to 255 bytes of UTF-8, no control character, no `/`, not `.` or `..`. */
export function isFileName(name: string): boolean {
  if (name === '' || name === '.' || name === '..' || /[/\p{Cc}\p{Cs}]/u.test(name)) return false
  return name.length <= MAX_FILE_NAME_BYTES && encodeText(name).length <= MAX_FILE_NAME_BYTES
}
