/**
 * State that must last: drafts, signed forms, used challenges. Values are opaque text (JSON); each change is
 * durable when its promise resolves. Every entry has an end, so nothing grows for ever.
 */
export interface StateStore {
  get(key: string): Promise<StateEntry | undefined>
  /** Writes only where nothing (or only an expired entry) is there; else answers what is there. */
  insert(key: string, value: string, expiresAt: number): Promise<{ inserted: boolean; entry: StateEntry }>
  /** Compare and set: writes only if the entry still has `version`; false: somebody else was faster. */
  update(key: string, version: number, value: string, expiresAt: number): Promise<boolean>
  close(): Promise<void>
}

export interface StateEntry {
  value: string
  /** Rises with every write of the key. */
  version: number
  /** Milliseconds since the epoch. */
  expiresAt: number
}
