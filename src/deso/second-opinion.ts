import { setTimeout as sleep } from 'node:timers/promises'
import type { EntryJudge, Opinion } from './entry-judge.js'
import type { FleetCallOptions, FleetCalls } from './fleet-calls.js'
import type { FleetMember } from './fleet-member.js'
import type { FleetMembers } from './fleet-members.js'
import type { AssociationQuery, NodeAssociation } from './node.js'
import { answersInTime } from './patience.js'
import { NodeRuleError } from './rule-errors.js'

/** One that tells the truth among three is enough. */
const NODES = 3
/** Nodes hear of a transaction, and connect a block, at different moments. */
const ROUNDS = 4
const PAUSE_MS = 25

/** A page of associations as one node shows it. */
interface Page {
  member: FleetMember
  rows: readonly NodeAssociation[]
  /** It goes on behind the last row, so that of what comes there it says nothing. */
  isFull: boolean
}

/**
 * Associations as up to three nodes show them. Where they go on differing, blocks decide, row by row (entry-judge.ts): so a
 * node can neither hide what a fan has paid, nor put an older plan in the place of the present one, nor invent either.
 */
export class SecondOpinion {
  constructor(
    private readonly members: FleetMembers,
    private readonly calls: FleetCalls,
    private readonly judge: EntryJudge,
  ) {}

  /** Null: there are not two to be asked. Throws the refusal of nodes that all refuse. */
  async ask(query: AssociationQuery, options: FleetCallOptions): Promise<NodeAssociation[] | null> {
    const asked = this.members.candidates('view', { account: query.transactor })
    const fit = asked.filter((member) => this.members.isFit(member)).slice(0, NODES)
    if (fit.length < 2) return null
    let before: readonly Page[] = []
    for (let round = 1; ; round++) {
      const pages = await this.pages(fit, query, options)
      const [first, ...others] = pages
      if (!first) return null
      if (others.every((other) => this.agree(first, other))) return settled(first.rows, first.member, options)
      if (round === ROUNDS || options.signal?.aborted || options.deadline.left === 0) {
        return this.merge([first, ...others], before, query, options)
      }
      before = pages
      await sleep(PAUSE_MS, undefined, { signal: options.signal }).catch(() => undefined)
    }
  }

  /** Of those who answer. */
  private async pages(
    members: readonly FleetMember[],
    query: AssociationQuery,
    options: FleetCallOptions,
  ): Promise<Page[]> {
    let refusal: NodeRuleError | null = null
    const page = async (member: FleetMember): Promise<Page> => {
      try {
        const shown = await this.calls.ask(
          member,
          (node, each) => node.userAssociations(query, each),
          options,
        )
        const isFull = query.limit !== undefined && shown.length >= query.limit
        return { member, rows: shown.filter((row) => isAnswerTo(query, row)), isFull }
      } catch (error) {
        if (error instanceof NodeRuleError) refusal = error
        throw error
      }
    }
    const pages = (await answersInTime(members.map(page), { enough: 2 })).filter((each) => each !== null)
    if (pages.length === 0 && refusal) throw refusal
    return pages
  }

  private agree({ rows: one }: Page, { rows: two }: Page): boolean {
    const isSame = (row: NodeAssociation, index: number) => this.judge.isSame(row, two[index] ?? null)
    return one.length === two.length && one.every(isSame)
  }

  private async merge(
    pages: readonly [Page, ...Page[]],
    before: readonly Page[],
    { limit }: AssociationQuery,
    options: FleetCallOptions,
  ): Promise<NodeAssociation[]> {
    const liars = new Set<FleetMember>()
    const rows: NodeAssociation[] = []
    let best = pages[0].member
    for (const opinions of opinionsOf(pages)) {
      const [first, ...others] = opinions
      const isPlain = others.every(({ entry }) => this.judge.isSame(first.entry, entry))
      const verdict =
        isPlain && opinions.length === pages.length ? null : await this.judge.judge(opinions, options)
      for (const opinion of verdict?.untrue ?? []) {
        liars.add(opinion.member)
        if (isSteady(opinion, before)) this.members.distrust(opinion.member)
      }
      const chosen = verdict?.best ?? first
      if (chosen.entry) rows.push(chosen.entry)
      if (verdict) best = chosen.member
    }
    const ends = pages
      .filter(({ member, isFull }) => isFull && !liars.has(member))
      .map(({ rows }) => rows.at(-1))
    const end = ends.filter((row) => row !== undefined).sort(inNodeOrder)[0]
    const within = rows.sort(inNodeOrder).filter((row) => !end || inNodeOrder(row, end) <= 0)
    return settled(within.slice(0, limit), best, options)
  }
}

/** What each page says of each key that any of them has. */
function opinionsOf(pages: readonly Page[]): [Opinion, ...Opinion[]][] {
  const keys = new Map<string, NodeAssociation>()
  for (const { rows } of pages) for (const row of rows) keys.set(keyOf(row), row)
  return [...keys].map(([key, like]) => {
    const saying = pages.filter((page) => page.rows.some((row) => keyOf(row) === key) || reaches(page, like))
    const opinions = saying.map(({ member, rows }) => ({
      member,
      entry: rows.find((row) => keyOf(row) === key) ?? null,
    }))
    return opinions as [Opinion, ...Opinion[]]
  })
}

function isAnswerTo(query: AssociationQuery, row: NodeAssociation): boolean {
  const isOf = (name: 'transactor' | 'target' | 'value') =>
    query[name] === undefined || query[name] === row[name]
  const isOfType = query.type.toLowerCase() === row.type.toLowerCase()
  const isOfApp = query.app === undefined || row.isAppZero
  return isOf('transactor') && isOf('target') && isOf('value') && isOfType && isOfApp
}

function reaches({ rows, isFull }: Page, row: NodeAssociation): boolean {
  const last = rows.at(-1)
  return !isFull || (last !== undefined && inNodeOrder(row, last) <= 0)
}

/** Entries of other apps are of nobody's interest here, and are told apart by their ids. */
function keyOf({ transactor, target, type, value, isAppZero, id }: NodeAssociation): string {
  return JSON.stringify([transactor, target, type.toLowerCase(), value, isAppZero ? 0 : id])
}

/** As a node's database has them, within one type and one party (core lib/db_adapter.go); keys sort as their texts do. */
function inNodeOrder(one: NodeAssociation, other: NodeAssociation): number {
  return (
    compareBytes(one.value, other.value) ||
    compareBytes(one.target, other.target) ||
    compareBytes(one.transactor, other.transactor) ||
    Number(other.isAppZero) - Number(one.isAppZero)
  )
}

function compareBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other))
}

/** It said the same a moment ago: the height of an entry in no block is a guess, and changes. */
function isSteady({ member, entry }: Opinion, before: readonly Page[]): boolean {
  const rows = before.find((page) => page.member === member)?.rows ?? []
  return rows.some(({ id, blockHeight }) => id === entry?.id && blockHeight === entry.blockHeight)
}

function settled(
  rows: readonly NodeAssociation[],
  { url }: FleetMember,
  { affinity }: FleetCallOptions,
): NodeAssociation[] {
  if (affinity) affinity.url ??= url
  return [...rows]
}
