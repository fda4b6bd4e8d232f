/** The process is gone: what it was about to do does not happen, and whoever waited for it hears nothing more. */
export class Crashed extends Error {
  constructor(readonly point: string) {
    super(`crashed at ${point}`)
  }
}

/** One run of a gateway's process: everything that it asks of state and node passes here, before and after. */
export interface Run {
  /** Throws Crashed at the point where the process ends, and ever after. */
  pass(point: string): void
  /** Runs what has an effect outside of the process, which is not undone by a crash. */
  effect<T>(run: () => Promise<T>): Promise<T>
}

/** Decides at each point, whether it is the last one. */
export type Decide = (point: string) => boolean

/** The points that were passed, and those where a process ended. */
export class FaultPoints {
  readonly passed = new Set<string>()
  readonly crashedAt = new Map<string, number>()

  constructor(public decide: Decide) {}

  startRun(): Run & { isOver(): boolean; drained(): Promise<void> } {
    const underWay = new Set<Promise<unknown>>()
    let end: Crashed | null = null
    return {
      pass: (point) => {
        if (end) throw end
        this.passed.add(point)
        if (!this.decide(point)) return
        this.crashedAt.set(point, (this.crashedAt.get(point) ?? 0) + 1)
        end = new Crashed(point)
        throw end
      },
      effect: (run) => {
        const effect = run()
        const settled: Promise<unknown> = effect.then(noop, noop).then(() => underWay.delete(settled))
        underWay.add(settled)
        return effect
      },
      isOver: () => end !== null,
      drained: async () => {
        await Promise.all(underWay)
      },
    }
  }
}

function noop(): void {}

/** `target` with a point before and after each call of its methods. */
export function withPoints<T extends object>(name: string, target: T, run: Run): T {
  return new Proxy(target, {
    get(_, property) {
      const method = Reflect.get(target, property)
      if (typeof method !== 'function') return method
      const point = `${name}.${String(property)}`
      return async (...args: unknown[]) => {
        run.pass(`before ${point}`)
        try {
          return await run.effect(async () => Reflect.apply(method, target, args))
        } finally {
          run.pass(`after ${point}`)
        }
      }
    },
  })
}
