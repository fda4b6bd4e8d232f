/** Chunks of memory alone may come for so long before other work has its turn. */
const TURN_MS = 20

/** A request's body as fetch takes it: pulled piece by piece, from chunks that are made while it is sent. */
export class BodySource {
  /** Why the chunks ended early: fetch hides it. */
  fault: unknown
  #isOver = false
  #turnBegan = 0

  open(chunks: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>(
      {
        pull: (controller) => this.#pull(controller, chunks),
        cancel: async () => {
          await this.#close(chunks)
        },
      },
      { highWaterMark: 0 },
    )
  }

  /** Nothing more is wanted. Node's fetch goes on to pull after a whole answer has come, and after an abort. */
  end(): void {
    this.#isOver = true
  }

  async #pull(
    controller: ReadableStreamDefaultController<Uint8Array>,
    chunks: AsyncGenerator<Uint8Array>,
  ): Promise<void> {
    try {
      await this.#giveTurn()
      const { done, value } = this.#isOver ? await this.#close(chunks) : await chunks.next()
      if (done) controller.close()
      else controller.enqueue(value)
    } catch (error) {
      this.fault ??= error
      controller.error(error)
    }
  }

  #close(chunks: AsyncGenerator<Uint8Array>): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#isOver = true
    return chunks.return(undefined)
  }

  async #giveTurn(): Promise<void> {
    const now = performance.now()
    if (now - this.#turnBegan < TURN_MS) return
    await new Promise((resolve) => setTimeout(resolve, 0))
    this.#turnBegan = performance.now()
  }
}
