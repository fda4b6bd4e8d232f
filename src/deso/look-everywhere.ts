import { Deadline } from './deadline.js'
import type { DesoNode, NodeBlock, NodeQueries } from './node.js'
import { transactionId } from './signature.js'

export interface Sought {
  id: string
  /** Blocks above this height may hold it. */
  above: number
  /** Whether a block holds it, or what stands for it. */
  isIn: (block: { transactions: { id: string; bytes: Uint8Array }[] }) => boolean
}

/** For all nodes together, which are asked at the same time. */
const LOOK_MS = 5_000
const MAX_BLOCKS = 64

/**
 * Does any node show a transaction: in its mempool, or in a block, committed or not? For one whose submit was not answered:
 * it has arrived if one node shows it, whichever that is. That none does proves nothing.
 */
export async function isShownAnywhere(
  node: DesoNode,
  sought: Sought,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<boolean> {
  const deadline = new Deadline(LOOK_MS)
  const answers = await Promise.all(
    node.perNode().map((each) => isShownBy(each, sought, deadline, signal).catch(() => false)),
  )
  return answers.includes(true)
}

async function isShownBy(
  node: NodeQueries,
  { id, above, isIn }: Sought,
  deadline: Deadline,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const options = () => ({ signal, timeoutMs: Math.max(1, deadline.left) })
  // A node without an index refuses to say.
  const found = await node.transactionInfo(id, options()).catch(() => null)
  if (found && transactionId(Buffer.from(found.rawHex, 'hex')) === id) return true
  const { tipHeight } = await node.constructionParams(options())
  for (let height = tipHeight; height > Math.max(above, tipHeight - MAX_BLOCKS); height--) {
    if (deadline.left === 0 || signal?.aborted) return false
    const block = await node.block({ height }, options())
    if (block && isIn(withIds(block))) return true
  }
  return false
}

function withIds({ rawTransactions }: NodeBlock) {
  return { transactions: rawTransactions.map((bytes) => ({ id: transactionId(bytes), bytes })) }
}
