import type { GoJson } from '../go/json-write.js'

/** What a handler answers. */
export interface Reply {
  status: number
  contentType: string | null
  body: string
}

/** A refusal in the node's words: `{"error": …}`, or `{"Error": …}` on the v1 routes. */
export class NodeError extends Error {
  constructor(
    readonly status: number,
    readonly text: string,
  ) {
    super(text)
  }
}

/** A body that is not JSON, e.g. the health check's bare number without a line feed. */
export class RawBody {
  constructor(readonly text: string) {}
}

/** Undefined: 200 without a body. */
export type Answer = GoJson | RawBody | undefined
