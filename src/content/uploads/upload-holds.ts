/** Who publishes which uploads: one at a time, the next one when the first is through. */
export class UploadHolds {
  readonly #holders = new Map<string, Promise<void>>()

  isHeld(id: string): boolean {
    return this.#holders.has(id)
  }

  /** Takes them all at once, when no other has one of them; the answer gives them back. */
  async take(ids: readonly string[], signal: AbortSignal): Promise<() => void> {
    for (;;) {
      signal.throwIfAborted()
      const other = ids.map((id) => this.#holders.get(id)).find((holder) => holder !== undefined)
      if (!other) break
      await other
    }
    let end = () => {}
    const holder = new Promise<void>((resolve) => {
      end = resolve
    })
    for (const id of ids) this.#holders.set(id, holder)
    return () => {
      for (const id of ids) this.#holders.delete(id)
      end()
    }
  }
}
