/** What whoever runs the command can mend: its message is all there is to say. */
export class RecoverError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
  }
}
