/** How long a slower one is waited for once enough have answered. */
const PATIENCE_MS = 100

/**
 * What several say, in their order: of all, if none is much slower than the first `enough`; null for who is not waited for, or
 * fails. Nothing is cancelled.
 */
export async function answersInTime<T>(
  asked: readonly Promise<T>[],
  { enough }: { enough: number },
): Promise<(T | null)[]> {
  const answers: (T | null)[] = asked.map(() => null)
  let answered = 0
  let isOver = (): void => undefined
  const patience = new Promise<void>((resolve) => {
    isOver = resolve
  })
  let timer: NodeJS.Timeout | undefined
  const all = asked.map(async (each, index) => {
    try {
      answers[index] = await each
      answered++
    } catch {
      // Null, as it is.
    }
    if (answered === enough) timer ??= setTimeout(isOver, PATIENCE_MS).unref()
  })
  await Promise.race([Promise.all(all), patience])
  clearTimeout(timer)
  return [...answers]
}
