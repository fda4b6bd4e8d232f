/**
 * What `run` gives, or `late` after `ms`. An answer that has come in by then counts, even where this process was too
 * busy to look at it. `run` is not stopped.
 */
export function within<T>(ms: number, run: () => Promise<T>, late: Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => setImmediate(() => reject(late)), ms)
    run()
      .then(resolve, reject)
      .finally(() => clearTimeout(timer))
  })
}
