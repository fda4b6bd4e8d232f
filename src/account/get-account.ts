/**
 * Accounts and who is signed in as which. This room knows keys, profiles and sessions, and nothing of what an account
 * may see or buy.
 */
import type { RequestContext } from '../context.js'
import type { PublicKey } from '../deso/keys.js'
import type { Account } from './account.js'

/** An account as the node has it; many of one request are asked for together. */
export async function getAccount(ctx: RequestContext, publicKey: PublicKey): Promise<Account> {
  const { profile, balanceNanos } = await ctx.loaders.user.load(publicKey)
  return {
    publicKey,
    username: profile?.username ?? null,
    description: profile?.description ?? null,
    balanceNanos,
  }
}
