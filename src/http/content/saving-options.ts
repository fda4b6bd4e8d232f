import type { Request } from 'express'
import { isFileName } from '../../protocol/file-name.js'
import { badInput, param } from '../rest/parameters.js'

/** How the address asks for a file to be handed over. */
export interface SavingOptions {
  /** To be saved rather than shown. */
  isDownload: boolean
  /** Another name to save it under; null: its own. */
  filename: string | null
}

/**
 * `?download` (or `=true`, `=1`) and `?filename=`, as IPFS gateways know them. They change what a browser does with the
 * bytes, never which bytes, as what type or to whom. Throws HttpError for a name that no file may have.
 */
export function savingOptions(query: Request['query']): SavingOptions {
  const download = param(query, 'download')
  const filename = param(query, 'filename') || null
  if (filename !== null && (!isFileName(filename) || filename.includes('/'))) {
    throw badInput('filename: 1 to 255 bytes without control characters or /, and not . or ..')
  }
  return { isDownload: download !== undefined && !/^(?:false|0|no)$/i.test(download), filename }
}
