/** What an action is about, as the caller saw it: fragments of generated.ts fit, and so does what has these fields. */

export interface PlanSeen {
  readonly creator: { readonly publicKey: string }
  readonly slug: string
  readonly title: string
  readonly price: { readonly nanos: string }
  readonly periodSeconds: number
  /** The transaction that made this version. */
  readonly version: string
}

export interface SubscriptionSeen {
  readonly creator: { readonly publicKey: string }
  readonly plan: { readonly slug: string }
  /** Newest first. */
  readonly payments: readonly { readonly transaction: { readonly transactionId: string } }[]
}

export interface ContentSeen {
  readonly postHash: string
  readonly title: string
  readonly policy: { readonly text: string }
  readonly manifestCid: string
}
