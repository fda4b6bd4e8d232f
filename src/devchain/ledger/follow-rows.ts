import { bytesAsText } from './association-keys.js'
import { SortedIndex, type UndoLog } from './table.js'

/** Who follows whom, both ways, each sorted by key. */
export class FollowRows {
  readonly #followers: SortedIndex
  readonly #followings: SortedIndex

  constructor(undo: UndoLog) {
    this.#followers = new SortedIndex(undo)
    this.#followings = new SortedIndex(undo)
  }

  has(follower: string, followed: string): boolean {
    return this.#followers.rowsWithPrefix(followed, bytesAsText(follower)).length > 0
  }

  followersOf(account: string): string[] {
    return this.#followers.rows(account).map(({ id }) => id)
  }

  followedBy(account: string): string[] {
    return this.#followings.rows(account).map(({ id }) => id)
  }

  add(follower: string, followed: string): void {
    this.#followers.add(followed, { key: bytesAsText(follower), id: follower })
    this.#followings.add(follower, { key: bytesAsText(followed), id: followed })
  }

  remove(follower: string, followed: string): void {
    this.#followers.remove(followed, bytesAsText(follower))
    this.#followings.remove(follower, bytesAsText(followed))
  }

  entries(): [string, string][] {
    return this.#followers
      .entries()
      .flatMap(([followed, rows]) => rows.map(({ id }): [string, string] => [followed, id]))
  }
}
