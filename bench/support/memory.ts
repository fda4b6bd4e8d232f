import { readFileSync } from 'node:fs'

/** Resident bytes of a process (Linux). */
export function memoryOf(pid: number): number {
  const [, kb] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kb) * 1024
}

/** Samples a process's memory ten times a second. */
export class Sampler {
  #peak = 0
  readonly #timer: NodeJS.Timeout

  constructor(pid: number) {
    this.#timer = setInterval(() => {
      this.#peak = Math.max(this.#peak, memoryOf(pid))
    }, 100)
  }

  /** So far, in bytes. */
  peak(): number {
    return this.#peak
  }

  stop(): number {
    clearInterval(this.#timer)
    return this.#peak
  }
}
