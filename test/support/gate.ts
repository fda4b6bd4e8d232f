/** A promise that the test settles (Promise.withResolvers, which Node 20 lacks). */
export interface Gate<T> {
  readonly promise: Promise<T>
  resolve(value: T): void
  reject(reason: unknown): void
}

export function createGate<T = void>(): Gate<T> {
  let settle: Pick<Gate<T>, 'resolve' | 'reject'> | undefined
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject }
  })
  return { promise, ...(settle as unknown as Pick<Gate<T>, 'resolve' | 'reject'>) }
}
