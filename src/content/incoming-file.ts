/** A file that is being uploaded: its bytes come straight from the connection, once. */
export interface IncomingFile {
  /** Its place in the caller's list, from 0: parts may arrive in another order. */
  position: number
  name: string
  mediaType: string
  /** To be read once. Throws InvalidInputError where they end before the file does. */
  bytes(): AsyncIterable<Uint8Array>
}
