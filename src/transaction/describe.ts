import type { RequestContext } from '../context.js'
import type { Transaction } from '../deso/transaction.js'
import { typeName } from '../deso/transaction-types.js'
import type { TransactionKind } from './kind.js'
import type { KindReader } from './kinds/kind.js'
import { KIND_READERS } from './kinds/registry.js'
import { quote, sentenceOf } from './sentence.js'

export interface Description {
  kind: TransactionKind
  summary: string
  /** What leaves the balance beside outputs and fee. */
  extraSpendNanos: bigint
}

/** What a transaction does, told from its bytes, signed or not, whoever made it. */
export async function describe(ctx: RequestContext, transaction: Transaction): Promise<Description> {
  const reader = await readerOf(ctx, transaction)
  const extraSpendNanos = (await reader?.extraSpendNanos?.(transaction, ctx)) ?? 0n
  const does = reader ? reader.does(transaction, ctx) : unexplained(transaction)
  const summary = sentenceOf(transaction, does || null, ctx.app.config.deso.network, extraSpendNanos)
  return { kind: reader?.kind ?? 'OTHER', summary, extraSpendNanos }
}

/** Its kind alone; OTHER where the node would have to be asked and has no answer, since nothing rests on it. */
export async function kindOf(ctx: RequestContext, transaction: Transaction): Promise<TransactionKind> {
  try {
    return (await readerOf(ctx, transaction))?.kind ?? 'OTHER'
  } catch {
    ctx.signal.throwIfAborted()
    return 'OTHER'
  }
}

async function readerOf(ctx: RequestContext, transaction: Transaction): Promise<KindReader | null> {
  for (const reader of KIND_READERS) if (await reader.recognises(transaction, ctx)) return reader
  return null
}

function unexplained({ metadata }: Transaction): string {
  switch (metadata.type) {
    case 'BASIC_TRANSFER':
      return 'makes a transfer of another use than sending DESO, which this gateway does not explain'
    case 'SUBMIT_POST':
      return 'writes or edits a post that is no content of this protocol'
    case 'CREATE_USER_ASSOCIATION':
      return `writes an association of type ${quote(Buffer.from(metadata.associationType).toString())}, which this gateway does not explain`
    case 'DELETE_USER_ASSOCIATION':
      return `deletes the association ${Buffer.from(metadata.associationId).toString('hex')}, which is no subscription that the node shows`
    case 'OPAQUE': {
      const name = typeName(metadata.typeNumber) ?? 'unknown'
      return `makes a transaction of type ${metadata.typeNumber} (${name}), whose effects this gateway does not explain: it may do more than pay`
    }
    case 'UPDATE_PROFILE':
      return 'updates a profile'
  }
}
