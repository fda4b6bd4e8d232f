const TOKEN = "[\\w!#$%&'*+.^`|~-]+"
const QUOTED = '"(?:[\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]|\\\\[\\x20-\\x7e])*"'
/** Its parts begin differently from one another, so that no text takes more than linear time. */
const MEDIA_TYPE = new RegExp(`^${TOKEN}/${TOKEN}(?: *; *${TOKEN}=(?:${TOKEN}|${QUOTED}))*$`)
const MAX_CHARACTERS = 255

/** `type/subtype` and parameters (RFC 9110 §8.3.1) of at most 255 characters. */
export function isMediaType(text: string): boolean {
  return text.length <= MAX_CHARACTERS && MEDIA_TYPE.test(text)
}
