/** An argument that is there: an empty text is one, and wrong in its own way. */
export function isGiven<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined
}
