import type { Client, PlanFieldsFragment } from '../client/index.js'
import type { Person } from './cast.js'
import type { Film } from './film.js'
import type { Narrator } from './narrator.js'
import type { Stage } from './stage.js'

/** What all chapters share. */
export interface Scene {
  stage: Stage
  narrator: Narrator
  signal: AbortSignal
  /** Nobody signed in. */
  anyone: Client
  creator: Person
  fan: Person
  stranger: Person
  film: Film
  /** Of the plan: its name among the creator's. */
  slug: string
  /** Ids of all that was written to the chain, in order. */
  transactions: string[]
}

/** What was published for whom: known from the third chapter on. */
export interface Release {
  postHash: string
  plan: PlanFieldsFragment
}

/** The story went another way than it must. */
export class StoryError extends Error {
  override readonly name = 'StoryError'
}

export function insist(isSo: boolean, otherwise: string): asserts isSo {
  if (!isSo) throw new StoryError(otherwise)
}
