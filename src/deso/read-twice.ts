import { NodeUnavailableError } from '../errors.js'
import type { NodeAffinity } from './node.js'

/** What is read, and the node that answered it first: what it said is confirmed by itself, never by another. */
export interface Question<K> {
  key: K
  affinity: NodeAffinity
}

export interface TwiceOptions<K, V> {
  /** One answer or error for each question, in order. */
  read: (questions: readonly Question<K>[]) => Promise<readonly (V | Error)[]>
  /** Whether an answer may be a moment's gap in the node's view. */
  isDoubtful: (key: K, value: V) => Promise<boolean> | boolean
  isSame: (one: V, other: V) => boolean
  /** Waits 20 ms at least. */
  pause: () => Promise<void>
}

/** A node that says another thing each time is not to be believed. */
const MAX_ROUNDS = 4

/**
 * Answers in the order of `questions`. While a node connects a block, what it had is gone for some milliseconds
 * (recordings, m2-read-flicker): so a doubtful answer is believed only when the node gives it twice, some time apart.
 */
export async function readTwice<K, V>(
  questions: readonly Question<K>[],
  options: TwiceOptions<K, V>,
): Promise<(V | Error)[]> {
  const answers = [...(await options.read(questions))]
  let doubtful = await doubtfulOf(questions.keys(), questions, answers, options)
  for (let round = 1; doubtful.length > 0; round++) {
    if (round === MAX_ROUNDS) {
      for (const index of doubtful)
        answers[index] = new NodeUnavailableError('The DeSo node changes its answer.')
      break
    }
    await options.pause()
    const again = await options.read(doubtful.map((index) => questions[index] as Question<K>))
    const changed = doubtful.filter((index, place) => !isConfirmed(answers[index], again[place], options))
    for (const [place, index] of doubtful.entries()) answers[index] = again[place] as V | Error
    doubtful = await doubtfulOf(changed, questions, answers, options)
  }
  return answers
}

function isConfirmed<K, V>(
  before: V | Error | undefined,
  after: V | Error | undefined,
  { isSame }: TwiceOptions<K, V>,
): boolean {
  return !(after instanceof Error) && isSame(before as V, after as V)
}

async function doubtfulOf<K, V>(
  indices: Iterable<number>,
  questions: readonly Question<K>[],
  answers: readonly (V | Error)[],
  { isDoubtful }: TwiceOptions<K, V>,
): Promise<number[]> {
  const doubtful: number[] = []
  for (const index of indices) {
    const answer = answers[index] as V | Error
    if (answer instanceof Error) continue
    if (await isDoubtful((questions[index] as Question<K>).key, answer)) doubtful.push(index)
  }
  return doubtful
}
