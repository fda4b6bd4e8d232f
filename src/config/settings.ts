import type { Env, EnvName } from './env.js'

/** The settings do not hold. The message names every fault and what to write instead, one line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'

  constructor(readonly faults: readonly string[]) {
    super(`The settings do not hold:\n${faults.map((fault) => `  ${fault}`).join('\n')}`)
  }
}

export interface IntegerRule {
  default: number
  min: number
  max: number
}

/**
 * Turns texts into values and gathers what is wrong with them. After a fault it answers something of the right
 * type, so that all faults are found in one go; `finish` then throws.
 */
export class Settings {
  readonly #faults: string[] = []

  constructor(private readonly env: Env) {}

  text(name: EnvName): string | undefined {
    return this.env[name]
  }

  /** The items between commas, without those that are empty. */
  list(name: EnvName): string[] {
    const items = (this.env[name] ?? '').split(',').map((item) => item.trim())
    return items.filter((item) => item !== '')
  }

  integer(name: EnvName, rule: IntegerRule): number {
    const text = this.env[name]
    if (text === undefined) return rule.default
    const value = Number(text)
    if (/^(0|[1-9]\d{0,15})$/.test(text) && value >= rule.min && value <= rule.max) return value
    this.fault(name, `write a whole number from ${rule.min} to ${rule.max}, not ${quote(text)}`)
    return rule.default
  }

  choice<T extends string>(name: EnvName, values: readonly T[]): T | undefined {
    const text = this.env[name]
    const value = values.find((each) => each === text)
    if (text !== undefined && value === undefined) {
      this.fault(name, `write ${oneOf(values)}, not ${quote(text)}`)
    }
    return value
  }

  fault(name: EnvName, whatToWrite: string): void {
    this.#faults.push(`${name}: ${whatToWrite}.`)
  }

  /** Throws ConfigError if anything was wrong. */
  finish(): void {
    if (this.#faults.length > 0) throw new ConfigError(this.#faults)
  }
}

function oneOf(values: readonly string[]): string {
  const allButLast = values.slice(0, -1).join(', ')
  return allButLast === '' ? `${values[0]}` : `${allButLast} or ${values.at(-1)}`
}

function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
}
