/** A file that is being uploaded: its bytes come straight from the connection, once. */
export interface IncomingFile {
  /** Its place in the caller's list, from 0: parts may arrive in another order. */
  position: number
  name: string
  mediaType: string
  bytes(): AsyncIterable<Uint8Array>
}
