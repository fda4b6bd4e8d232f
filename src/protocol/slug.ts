/** A slug, the name of a plan among its creator's: 1 to 64 of a-z, 0-9 and the hyphen. Null for any other text. */
export function parseSlug(text: string): string | null {
  return /^[a-z0-9-]{1,64}$/.test(text) ? text : null
}
