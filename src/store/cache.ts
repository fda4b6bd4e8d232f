/** What may be lost. Bounded in entries; a value is never answered past its time to live. */
export interface Cache<T> {
  get(key: string): Promise<T | undefined>
  /** `ttlMs` undefined: for ever (a committed fact), until pushed out. */
  set(key: string, value: T, ttlMs?: number): Promise<void>
  delete(key: string): Promise<void>
  /** The cached value, or `load`'s: one flight per key, failures are not cached. `ttlMs` may depend on the value; 0: not kept. */
  wrap(
    key: string,
    ttlMs: ((value: T) => number | undefined) | number | undefined,
    load: () => Promise<T>,
  ): Promise<T>
}
