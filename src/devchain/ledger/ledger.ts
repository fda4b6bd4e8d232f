import { type AssociationIndex, associationKey } from './association-keys.js'
import type { AssociationEntry, PostEntry, ProfileEntry } from './entries.js'
import type { ChainParams } from './params.js'
import { type IndexRow, SortedIndex, Table, UndoLog } from './table.js'

const PARAMS_ROW = 'params'

/**
 * The state of the chain: balances, used nonces, profiles, posts, associations. Holds rows and their indexes and can
 * undo; the rules are in connect.ts and its neighbours. No input or output, no time.
 */
export class Ledger {
  readonly undo = new UndoLog()
  readonly #params = new Table<ChainParams>(this.undo)
  readonly #balances = new Table<bigint>(this.undo)
  readonly #nonces = new Table<true>(this.undo)
  readonly #profiles = new Table<ProfileEntry>(this.undo)
  readonly #usernames = new Table<string>(this.undo)
  readonly #posts = new Table<PostEntry>(this.undo)
  readonly #postsByPoster = new SortedIndex(this.undo)
  readonly #comments = new SortedIndex(this.undo)
  readonly #associations = new Table<AssociationEntry>(this.undo)
  readonly #associationIndexes: Readonly<Record<AssociationIndex, SortedIndex>> = {
    users: new SortedIndex(this.undo),
    transactor: new SortedIndex(this.undo),
    target: new SortedIndex(this.undo),
  }

  constructor(initial: ChainParams) {
    this.#params.set(PARAMS_ROW, initial)
  }

  /** The network's numbers, which a transaction can change. */
  get params(): ChainParams {
    return this.#params.get(PARAMS_ROW) as ChainParams
  }

  putParams(params: ChainParams): void {
    this.#params.set(PARAMS_ROW, params)
  }

  balance(account: string): bigint {
    return this.#balances.get(account) ?? 0n
  }

  credit(account: string, nanos: bigint): void {
    if (nanos !== 0n) this.#balances.set(account, this.balance(account) + nanos)
  }

  isNonceUsed(nonceKey: string): boolean {
    return this.#nonces.has(nonceKey)
  }

  useNonce(nonceKey: string): void {
    this.#nonces.set(nonceKey, true)
  }

  profile(account: string): ProfileEntry | undefined {
    return this.#profiles.get(account)
  }

  profileByUsername(username: string): ProfileEntry | undefined {
    const account = this.#usernames.get(username.toLowerCase())
    return account === undefined ? undefined : this.#profiles.get(account)
  }

  putProfile(profile: ProfileEntry): void {
    const previous = this.#profiles.get(profile.account)
    if (previous) this.#usernames.delete(previous.username.toLowerCase())
    this.#profiles.set(profile.account, profile)
    this.#usernames.set(profile.username.toLowerCase(), profile.account)
  }

  post(hash: string): PostEntry | undefined {
    return this.#posts.get(hash)
  }

  putPost(post: PostEntry): void {
    if (!this.#posts.has(post.hash)) this.#indexPost(post)
    this.#posts.set(post.hash, post)
  }

  /** Oldest first by the author's timestamp, comments and hidden ones too. */
  postsOf(account: string): PostEntry[] {
    return this.#rowsToPosts(this.#postsByPoster.rows(account))
  }

  /** Comments right below a post, oldest first. */
  commentsOn(parentHash: string): PostEntry[] {
    return this.#rowsToPosts(this.#comments.rows(parentHash))
  }

  /** The account's repost of a post, unless it has words of its own or is hidden. */
  repostBy(account: string, hash: string): PostEntry | undefined {
    return this.postsOf(account).find(
      (post) => post.repostedHash === hash && !post.isQuotedRepost && !post.isHidden,
    )
  }

  association(id: string): AssociationEntry | undefined {
    return this.#associations.get(id)
  }

  /** The entry of the same users, app, type (without case) and value. */
  associationLike(entry: Pick<AssociationEntry, 'transactor' | 'target' | 'app' | 'type' | 'value'>) {
    const { group, key } = associationKey('users', entry)
    const row = this.#associationIndexes.users.rowsWithPrefix(group, key)[0]
    return row && this.#associations.get(row.id)
  }

  associationRows(index: AssociationIndex, group: string, prefix: string): readonly IndexRow[] {
    return this.#associationIndexes[index].rowsWithPrefix(group, prefix)
  }

  putAssociation(entry: AssociationEntry): void {
    this.#associations.set(entry.id, entry)
    for (const [name, index] of this.#indexes()) {
      const { group, key } = associationKey(name, entry)
      index.add(group, { key, id: entry.id })
    }
  }

  deleteAssociation(entry: AssociationEntry): void {
    this.#associations.delete(entry.id)
    for (const [name, index] of this.#indexes()) {
      const { group, key } = associationKey(name, entry)
      index.remove(group, key)
    }
  }

  /** All rows, for comparing two ledgers. */
  dump(): Record<string, [string, unknown][]> {
    const sorted = <V>(table: Table<V>) =>
      [...table.entries()].sort(([one], [other]) => (one < other ? -1 : 1))
    return {
      params: sorted(this.#params),
      balances: sorted(this.#balances),
      nonces: sorted(this.#nonces),
      profiles: sorted(this.#profiles),
      usernames: sorted(this.#usernames),
      posts: sorted(this.#posts),
      associations: sorted(this.#associations),
    }
  }

  #indexes(): [AssociationIndex, SortedIndex][] {
    return Object.entries(this.#associationIndexes) as [AssociationIndex, SortedIndex][]
  }

  #indexPost(post: PostEntry): void {
    const row = { key: post.timestampNanos.toString(16).padStart(16, '0') + post.hash, id: post.hash }
    this.#postsByPoster.add(post.poster, row)
    if (post.parentStakeId.length > 0) {
      this.#comments.add(Buffer.from(post.parentStakeId).toString('hex'), row)
    }
  }

  #rowsToPosts(rows: readonly IndexRow[]): PostEntry[] {
    return rows.map(({ id }) => this.#posts.get(id)).filter((post) => post !== undefined)
  }
}
