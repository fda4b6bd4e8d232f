import { AssociationRows } from './association-rows.js'
import { CoinRows } from './coin-rows.js'
import type { PostEntry, ProfileEntry } from './entries.js'
import { FollowRows } from './follow-rows.js'
import type { ChainParams } from './params.js'
import { type IndexRow, SortedIndex, Table, UndoLog } from './table.js'

const PARAMS_ROW = 'params'

/**
 * The state of the chain: balances, used nonces, profiles, posts, associations, follows, coins. Holds rows and their indexes and can
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
  readonly userAssociations = new AssociationRows(this.undo, ['both', 'transactor', 'target'])
  readonly postAssociations = new AssociationRows(this.undo, ['both', 'transactor', 'target', 'type'])
  readonly follows = new FollowRows(this.undo)
  readonly creatorCoins = new CoinRows(this.undo)
  readonly daoCoins = new CoinRows(this.undo)
  /** By post and account: whether it likes it, what diamond it gave. */
  readonly likes = new Table<true>(this.undo)
  readonly diamonds = new Table<number>(this.undo)

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

  /** All rows, for comparing two ledgers. */
  dump(): Record<string, [string, unknown][]> {
    const sorted = <V>(rows: { entries(): Iterable<[string, V]> }) =>
      [...rows.entries()].sort(([one], [other]) => (one < other ? -1 : 1))
    return {
      params: sorted(this.#params),
      balances: sorted(this.#balances),
      nonces: sorted(this.#nonces),
      profiles: sorted(this.#profiles),
      usernames: sorted(this.#usernames),
      posts: sorted(this.#posts),
      userAssociations: sorted(this.userAssociations),
      postAssociations: sorted(this.postAssociations),
      follows: sorted(this.follows),
      creatorCoins: sorted(this.creatorCoins),
      daoCoins: sorted(this.daoCoins),
      likes: sorted(this.likes),
      diamonds: sorted(this.diamonds),
    }
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
