/** A value with its end. */
export interface Stored<T> {
  value: T
  /** Milliseconds since the epoch; undefined: until pushed out. */
  expiresAt: number | undefined
}

/** Where the entries of one cache stand. It may lose any of them, and judges no time. */
export interface Shelf<T> {
  get(key: string): Promise<Stored<T> | undefined>
  set(key: string, stored: Stored<T>): Promise<void>
  delete(key: string): Promise<void>
}
