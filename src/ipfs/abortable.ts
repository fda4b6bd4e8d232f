/** The chunks of a source until the signal aborts: then its reason is thrown at once, even while the source hangs. */
export async function* abortable<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T> {
  if (!signal) {
    yield* source
    return
  }
  const chunks = source[Symbol.asyncIterator]()
  let giveUp: (reason: unknown) => void = () => {}
  const onAbort = () => giveUp(signal.reason)
  signal.addEventListener('abort', onAbort)
  try {
    for (;;) {
      signal.throwIfAborted()
      // No Promise.race with one promise for the abort: that would keep every chunk until the end.
      const next = await new Promise<IteratorResult<T>>((resolve, reject) => {
        giveUp = reject
        chunks.next().then(resolve, reject)
      })
      if (next.done) return
      yield next.value
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    // A hanging source answers `return` only when its `next` does, so nobody waits for it.
    void Promise.resolve(chunks.return?.()).catch(() => {})
  }
}
