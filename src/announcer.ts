/** Tells those who listen in this process, and only them, that something may have changed: they look for themselves. */
export class Announcer {
  readonly #listeners = new Map<string, Set<() => void>>()
  readonly #ofAll = new Set<(key: string) => Promise<void>>()

  /** Listens until the answer is called. */
  listen(key: string, hear: () => void): () => void {
    const listeners = this.#listeners.get(key) ?? new Set()
    this.#listeners.set(key, listeners.add(hear))
    return () => {
      listeners.delete(hear)
      if (listeners.size === 0 && this.#listeners.get(key) === listeners) this.#listeners.delete(key)
    }
  }

  /** Hears every key; who announces may wait for what is done about it. Must not reject. */
  listenToAll(hear: (key: string) => Promise<void>): void {
    this.#ofAll.add(hear)
  }

  async announce(key: string): Promise<void> {
    for (const hear of [...(this.#listeners.get(key) ?? [])]) hear()
    await Promise.all([...this.#ofAll].map((hear) => hear(key)))
  }
}
