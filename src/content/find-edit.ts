import type { RequestContext } from '../context.js'
import type { CommittedBlock } from '../deso/chain.js'
import { decodeMined, decodeTransaction } from '../deso/codec.js'
import type { NodePost } from '../deso/node.js'
import type { Transaction } from '../deso/transaction.js'
import { loadSending } from '../transaction/sending-store.js'
import { type CommittedPost, postHashOf, recordPost } from './pins/content-history.js'
import { fieldsOf, shownFieldsOf } from './pins/post-fields.js'

/** A look for another app's edit reads so many of the newest blocks. */
const LOOK_BACK_BLOCKS = 64
const BLOCKS_AT_ONCE = 8

/**
 * The transaction that made of a post what the node shows: one on its way from here, or an edit in one of the newest
 * blocks, which is recorded. Null: neither.
 */
export async function findEdit(
  ctx: RequestContext,
  post: NodePost,
): Promise<{ id: string; height: number | null } | null> {
  const sent = await sentFromHere(ctx, post)
  return sent === null ? findInBlocks(ctx, post) : { id: sent, height: null }
}

async function sentFromHere(ctx: RequestContext, post: NodePost): Promise<string | null> {
  for (const { sendingKey } of await ctx.app.pins.draftsOf(post.hash)) {
    const forms = (await loadSending(ctx.app.state, sendingKey))?.sending.forms ?? []
    for (const { id, signedHex, state } of forms) {
      if (state !== 'REFUSED' && hasMade(decodeTransaction(Buffer.from(signedHex, 'hex')), post)) return id
    }
  }
  return null
}

async function findInBlocks(
  ctx: RequestContext,
  post: NodePost,
): Promise<{ id: string; height: number } | null> {
  const options = { signal: ctx.signal }
  const tip = await ctx.app.chain.freshCommittedTip(options)
  const floor = Math.max(0, tip.height - LOOK_BACK_BLOCKS, post.confirmationBlockHeight - 1)
  for (let top = tip.height; top > floor; top -= BLOCKS_AT_ONCE) {
    const heights = Array.from({ length: Math.min(BLOCKS_AT_ONCE, top - floor) }, (_, index) => top - index)
    const blocks = await Promise.all(heights.map((height) => ctx.app.chain.committedBlock(height, options)))
    for (const block of blocks) {
      const edit = editIn(block, post)
      if (!edit) continue
      // What it leaves out was before as it is now.
      await recordPost(ctx.app, edit, shownFieldsOf(post))
      return { id: edit.id, height: edit.height }
    }
  }
  return null
}

/** The last one in the block. */
function editIn({ height, transactions }: CommittedBlock, post: NodePost): CommittedPost | null {
  for (const { id, bytes } of [...transactions].reverse()) {
    const transaction = decodeMined(bytes)
    if (transaction?.metadata.type !== 'SUBMIT_POST' || id === post.hash) continue
    const edit: CommittedPost = {
      id,
      height,
      transaction: { ...transaction, metadata: transaction.metadata },
    }
    if (postHashOf(edit) === post.hash && hasMade(transaction, post)) return edit
  }
  return null
}

/** All that the transaction says stands in the post. */
function hasMade(transaction: Transaction, post: NodePost): boolean {
  const { metadata } = transaction
  if (metadata.type !== 'SUBMIT_POST' || metadata.isHidden) return false
  return Object.entries(fieldsOf(transaction)).every(
    ([key, text]) => (post.extraData.get(key) ?? '') === text,
  )
}
