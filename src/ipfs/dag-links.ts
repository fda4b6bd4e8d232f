import * as dagCbor from '@ipld/dag-cbor'
import * as dagPb from '@ipld/dag-pb'
import { CID } from 'multiformats/cid'
import { assertAllowed, DAG_CBOR, DAG_PB } from './block.js'
import { InvalidDagError } from './errors.js'

/** What a block links, in its order. Throws InvalidDagError for a block that its codec does not read. */
export function linksOf(cid: CID, bytes: Uint8Array): CID[] {
  const links = decodeLinks(cid, bytes)
  for (const link of links) assertAllowed(link)
  return links
}

function decodeLinks(cid: CID, bytes: Uint8Array): CID[] {
  try {
    if (cid.code === DAG_PB) return dagPb.decode(bytes).Links.map((link) => link.Hash)
    if (cid.code === DAG_CBOR) return cidsIn(dagCbor.decode(bytes))
    return []
  } catch (cause) {
    throw new InvalidDagError(`${cid} is not what its codec says.`, cause)
  }
}

function cidsIn(value: unknown, found: CID[] = []): CID[] {
  const cid = CID.asCID(value)
  if (cid) found.push(cid)
  else if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) {
    for (const inner of Object.values(value)) cidsIn(inner, found)
  }
  return found
}
