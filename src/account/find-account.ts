import type { RequestContext } from '../context.js'
import type { PublicKey } from '../deso/keys.js'

export type AccountQuery = { publicKey: PublicKey } | { username: string }

/** Core lib/constants.go: what is none of these is nobody's name, and the node need not be asked. */
const USERNAME = /^[a-zA-Z0-9_]{1,25}$/

/** Every valid key is an account; an unknown username is null. Usernames are compared without case. */
export async function findAccount(ctx: RequestContext, by: AccountQuery): Promise<PublicKey | null> {
  if ('publicKey' in by) return by.publicKey
  if (!USERNAME.test(by.username)) return null
  const found = await ctx.app.node.userByUsername(by.username, { signal: ctx.signal })
  return found?.publicKey ?? null
}
