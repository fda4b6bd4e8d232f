import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.js'
import type { PublicKey } from './keys.js'

/** So long others may not have heard of what a node took. */
const STICK_MS = 10_000
const MAX_ACCOUNTS = 10_000

interface Write {
  url: string
  at: number
}

/** Which node took what was written last: reads that follow a write go there, as other nodes hear of it later. */
export class Writes {
  private readonly byAccount = new LRUCache<PublicKey, Write>({ max: MAX_ACCOUNTS })
  private last: Write | null = null

  constructor(private readonly clock: Clock) {}

  /** `account`: whose write it was, where that is known. */
  took(url: string, account: PublicKey | null): void {
    this.last = { url, at: this.clock.now() }
    if (account !== null) this.byAccount.set(account, this.last)
  }

  /** Of anybody's. */
  get lastUrl(): string | undefined {
    return this.fresh(this.last)
  }

  urlOf(account: PublicKey): string | undefined {
    return this.fresh(this.byAccount.get(account) ?? null)
  }

  private fresh(write: Write | null): string | undefined {
    return write && this.clock.now() - write.at < STICK_MS ? write.url : undefined
  }
}
