/** The ledger does not take a transaction: `text` is what a node says, its rule name last. */
export class RuleRefusal extends Error {
  constructor(readonly text: string) {
    super(text)
  }

  /** The same with what an outer function of a node says before it. */
  within(outer: string): RuleRefusal {
    return new RuleRefusal(`${outer}${this.text}`)
  }
}

/** Runs `work` and puts `outer` before its refusal. */
export function refusingWithin<T>(outer: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof RuleRefusal) throw error.within(outer)
    throw error
  }
}
