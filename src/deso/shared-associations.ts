import type { AssociationQuery, CallOptions, NodeAffinity, NodeAssociation } from './node.js'
import { SharedReads } from './shared-reads.js'

type Read = (query: AssociationQuery, options: CallOptions) => Promise<NodeAssociation[]>

/** Association reads that many want at once, made once; who has a node in mind asks alone. */
export class SharedAssociations {
  private readonly reads = new SharedReads<{ entries: NodeAssociation[]; url: string | undefined }>()

  constructor(private readonly read: Read) {}

  async ask(query: AssociationQuery, options: CallOptions): Promise<NodeAssociation[]> {
    const { affinity: given, ...call } = options
    if (given?.url !== undefined) return this.read(query, options)
    const load = async (signal: AbortSignal) => {
      const affinity: NodeAffinity = {}
      return { entries: await this.read(query, { ...call, signal, affinity }), url: affinity.url }
    }
    const { entries, url } = await this.reads.read(JSON.stringify(query), load, call.signal)
    if (given && url !== undefined) given.url ??= url
    return entries
  }
}
