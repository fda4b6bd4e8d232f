/**
 * What the recorded node was going through at a step: the local chain is brought into the same state by /dev/faults
 * before it is asked.
 */
export interface Circumstance {
  scenario: string
  /** First and last step. */
  from: number
  to: number
  fault: Record<string, unknown>
  reason: string
}

/** Its index was far behind the committed blocks, in different measure. */
const indexLag = (blocks: number) => ({ kind: 'indexLag', blocks })
/** A block was just being connected. */
const FLICKER = { kind: 'flicker' }

export const CIRCUMSTANCES: readonly Circumstance[] = [
  one('a-node-state', 17, indexLag(38), 'the index was at 247'),
  one('b-send-deso', 13, indexLag(30), 'committed for 2.5 s, and not in the index'),
  one('d-posts', 31, FLICKER, 'the post that was hidden did not show in the answer'),
  one('e-user-associations', 163, FLICKER, 'the association that was just made did not show'),
  one('f-transaction-info', 64, indexLag(1), 'the block was committed, and not in the index'),
  {
    scenario: 'z-shutdown-and-start',
    from: 11,
    to: 29,
    fault: { kind: 'stopping' },
    reason: 'it was told to stop',
  },
  {
    scenario: 't-no-txindex',
    from: 1,
    to: 19,
    fault: { kind: 'noTxindex' },
    reason: 'it ran without a transaction index',
  },
]

function one(scenario: string, step: number, fault: Record<string, unknown>, reason: string): Circumstance {
  return { scenario, from: step, to: step, fault, reason }
}

export function faultsAt(scenario: string, step: number): Record<string, unknown>[] {
  return CIRCUMSTANCES.filter(
    (each) => each.scenario === scenario && each.from <= step && step <= each.to,
  ).map(({ fault }) => fault)
}
