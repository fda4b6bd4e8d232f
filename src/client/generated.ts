/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Why access is granted or not. */
export type AccessReason =
  /** The account published it. */
  | 'CREATOR'
  /** A payment counted, and its time is over. */
  | 'EXPIRED'
  /** The payment is on its way. In the mempool is not paid. */
  | 'NOT_COMMITTED'
  /** Nobody is signed in, and it is not public. */
  | 'NOT_SIGNED_IN'
  /** No payment that counts. */
  | 'NOT_SUBSCRIBED'
  /** Everybody may have it. */
  | 'PUBLIC'
  /** A committed payment runs. */
  | 'SUBSCRIBED'
  /** The record is there, its payment too small. */
  | 'UNDERPAID';

/** Exactly one thing to have access to. */
export type AccessTarget =
  {   /** The id of a content. */
  content: string | number; plan?: never; }
  |  { content?: never;   /** The id of a plan. */
  plan: string | number; };

/** Exactly one way to name an account. */
export type AccountBy =
  {   /** By its key. */
  publicKey: string; username?: never; }
  |  { publicKey?: never;   /** By the name of its profile, compared without case. */
  username: string; };

/** A plan to close. */
export type ClosePlanInput = {
  /** 1 to 128 visible ASCII characters. The same key, signer and input give the same draft, and at most one payment. */
  idempotencyKey: string;
  /** Who will sign and pay: the viewer unless given. Anybody may have a draft made for any signer. */
  signer?: string | null | undefined;
  /** Which. */
  slug: string;
};

/** Who wants to sign in. */
export type CreateChallengeInput = {
  /** The account’s key. */
  publicKey: string;
};

/** A plan, or a new version of one. */
export type CreatePlanInput = {
  /** 1 to 128 visible ASCII characters. The same key, signer and input give the same draft, and at most one payment. */
  idempotencyKey: string;
  /** 60 to 315360000 seconds (10 years), or 0: bought once, for good. */
  periodSeconds: number;
  /** Price of one period in nanos, at least 1. */
  priceNanos: string;
  /** Who will sign and pay: the viewer unless given. Anybody may have a draft made for any signer. */
  signer?: string | null | undefined;
  /** Its name. The same slug again is a new version. */
  slug: string;
  /** For people: 1 to 256 bytes of UTF-8. */
  title: string;
};

/** Exactly one kind of transaction. */
export type CreateTransactionInput =
  {   /** Send DESO. */
  sendDeso: SendDesoInput; updateProfile?: never; }
  |  { sendDeso?: never;   /** Change the signer’s profile. */
  updateProfile: UpdateProfileInput; };

/** What somebody else may upload. */
export type CreateUploadLinkInput = {
  /** At most so many bytes. */
  byteSize: string;
  /** How long the upload may be begun: 1 to 604800 (a week). */
  expiresInSeconds?: number | null | undefined;
  /** The only media type that it takes; any unless given. */
  mediaType?: string | null | undefined;
  /** The name of the file, where the upload gives none. */
  name?: string | null | undefined;
};

/** What went wrong, for programs. */
export type ErrorCode =
  /** No such account. */
  | 'ACCOUNT_NOT_FOUND'
  /** No such content, or it is hidden or malformed. */
  | 'CONTENT_NOT_FOUND'
  /** The draft can no longer be used. */
  | 'DRAFT_EXPIRED'
  /** The idempotency key was used for something else. */
  | 'IDEMPOTENCY_CONFLICT'
  /** The signer’s balance does not cover amount and fee. */
  | 'INSUFFICIENT_FUNDS'
  /** A value is not allowed; `path` names it, the message the limit. */
  | 'INVALID_INPUT'
  /** The signature is not a valid one by that key over those bytes. */
  | 'INVALID_SIGNATURE'
  /** The bytes are not a canonical DeSo transaction. */
  | 'MALFORMED_TRANSACTION'
  /** No DeSo node gave an answer in time. Retryable. */
  | 'NODE_UNAVAILABLE'
  /** The signer may not do this, e.g. subscribe to their own plan. */
  | 'NOT_ALLOWED'
  /** This needs a bearer token, and none came. */
  | 'NOT_SIGNED_IN'
  /** There is no such subscription. */
  | 'NOT_SUBSCRIBED'
  /** Another version of the plan is current than the one named. */
  | 'PLAN_CHANGED'
  /** The plan is closed to new payments. */
  | 'PLAN_CLOSED'
  /** The creator has no plan of that slug. */
  | 'PLAN_NOT_FOUND'
  /** A record that this would refer to is not committed yet. Try again in seconds. */
  | 'RECORD_PENDING'
  /** No room left to store this; nothing was kept. Retryable: the operator makes room, or a collection does. */
  | 'STORAGE_FULL'
  /** IPFS gave no answer in time. Retryable. */
  | 'STORAGE_UNAVAILABLE'
  /** The chain refused the transaction. */
  | 'TRANSACTION_REJECTED'
  /** The policy has a rule that this gateway cannot enforce. */
  | 'UNSUPPORTED_POLICY'
  /** A file, or their number, passes the limit. */
  | 'UPLOAD_TOO_LARGE';

/** A content to hide. */
export type HideContentInput = {
  /** Which, by its id; or give postHash. */
  id?: string | number | null | undefined;
  /** 1 to 128 visible ASCII characters. The same key, signer and input give the same draft, and at most one payment. */
  idempotencyKey: string;
  /** Which, by its post; or give id. */
  postHash?: string | null | undefined;
  /** Who will sign and pay: the viewer unless given. Anybody may have a draft made for any signer. */
  signer?: string | null | undefined;
};

/** Which DeSo chain. */
export type Network =
  /** Real money. */
  | 'MAINNET'
  /** A test network, or the local chain. */
  | 'TESTNET';

/** Whether a plan is sold. */
export type PlanState =
  /** No longer sold; who has paid keeps access. */
  | 'CLOSED'
  /** On sale. */
  | 'OPEN';

/** A content to publish. */
export type PublishContentInput = {
  /** At least one; at most `gateway.limits.maxFilesPerContent`. */
  files: Array<PublishFile>;
  /** 1 to 128 visible ASCII characters. The same key and the same bytes again give the first answer. */
  idempotencyKey: string;
  /** `PUBLIC`, or rules of which any suffices, e.g. `PLAN:gold,PLAN:silver`. All but PUBLIC is encrypted. */
  policy?: string | null | undefined;
  /** Public: the body of the post. */
  teaser: string;
  /** Public. 1 to 256 bytes of UTF-8. */
  title: string;
};

/** A file to publish: give one of `upload`, `uploadId` and `cid`. */
export type PublishFile = {
  /** A file that is on IPFS already, of which no byte is moved: of a PUBLIC content alone. In an update also a file of the present version. */
  cid?: string | null | undefined;
  /** Its media type: that of the upload unless given; what says nothing (application/octet-stream) becomes what its name tells, else its first bytes. */
  mediaType?: string | null | undefined;
  /** Its name, or path in the content, such as `episode-1/index.m3u8`: that of the upload unless given; a `cid` has none. Parts of 1 to 255 bytes, at most 1,024 bytes in all, unique. */
  name?: string | null | undefined;
  /** Its bytes, by the multipart request specification. */
  upload?: null | null | undefined;
  /** A whole upload of the viewer’s at /uploads: the last part of its address, or `createUploadLink`’s. Its bytes are taken from there when the content is drafted. */
  uploadId?: string | number | null | undefined;
};

/** DESO to another account. */
export type SendDesoInput = {
  /** How much, in nanos; at least 1. */
  amountNanos: string;
  /** 1 to 128 visible ASCII characters. The same key, signer and input give the same draft, and at most one payment. */
  idempotencyKey: string;
  /** Who will sign and pay: the viewer unless given. Anybody may have a draft made for any signer. */
  signer?: string | null | undefined;
  /** Who gets it. */
  to: string;
};

/** A proof of who is there: exactly one of its fields. */
export type SignInInput =
  {   /** A signed challenge. */
  challenge: SignedChallenge; };

/** A challenge and its signature. */
export type SignedChallenge = {
  /** The text of `createChallenge`, unchanged. */
  challenge: string;
  /** DER ECDSA by the account’s key over the double SHA-256 of the UTF-8 text. */
  signature: string;
};

/** A signed transaction: `signedHex`, or `unsignedHex` and `signature`. */
export type SubmitTransactionInput = {
  /** DER ECDSA, low S; goes with `unsignedHex`. */
  signature?: string | null | undefined;
  /** The signed bytes. */
  signedHex?: string | null | undefined;
  /** The bytes of a draft; goes with `signature`. */
  unsignedHex?: string | null | undefined;
  /** How long to wait. */
  wait?: SubmitWait | null | undefined;
};

/** How long `submitTransaction` waits. */
export type SubmitWait =
  /** Until a node has taken it. */
  | 'ACCEPTED'
  /** Until it is committed, or PENDING when `gateway.limits.commitWaitSeconds` have passed. */
  | 'COMMITTED';

/** A subscription to pay for. */
export type SubscribeInput = {
  /** Whose plan. */
  creator: string;
  /** 1 to 128 visible ASCII characters. The same key, signer and input give the same draft, and at most one payment. */
  idempotencyKey: string;
  /** How many periods to pay for: 1 to 1200; 1 for a plan for good. */
  periods?: number | null | undefined;
  /** Which plan. */
  plan: string;
  /** The version that the fan saw (`Plan.version`): if another is current, PLAN_CHANGED. Always send it. */
  planVersion?: string | null | undefined;
  /** Who will sign and pay: the viewer unless given. Anybody may have a draft made for any signer. */
  signer?: string | null | undefined;
};

/** Where a subscription stands now. */
export type SubscriptionStatus =
  /** Paid: gives access until `expiresAt`. */
  | 'ACTIVE'
  /** It was paid, and its time is over. */
  | 'EXPIRED'
  /** The first payment is on its way and not committed. */
  | 'PENDING';

/** What a transaction is for. */
export type TransactionKind =
  /** A derived key may act for the signer. */
  | 'AUTHORIZE_KEY'
  /** Several transactions that succeed or fail together. */
  | 'BUNDLE'
  /** A new plan, or a new version of one. */
  | 'CREATE_PLAN'
  /** An order on the DAO coin exchange. */
  | 'DAO_COIN_ORDER'
  /** The signer follows an account. */
  | 'FOLLOW'
  /** A subscription paid for somebody else. */
  | 'GIFT'
  /** Access given by the creator. */
  | 'GRANT'
  /** Such a post is hidden. */
  | 'HIDE_CONTENT'
  /** Anything else; the outputs still say who is paid. */
  | 'OTHER'
  /** A post that announces content on IPFS. */
  | 'PUBLISH_CONTENT'
  /** A payment given back. */
  | 'REFUND'
  /** Such access taken back. */
  | 'REVOKE_GRANT'
  /** DESO from the signer to another account. */
  | 'SEND_DESO'
  /** A subscription record with its payment to the creator. */
  | 'SUBSCRIBE'
  /** Diamonds for a post. */
  | 'TIP'
  /** DAO coins to another account. */
  | 'TRANSFER_DAO_COIN'
  /** The signer no longer follows an account. */
  | 'UNFOLLOW'
  /** The subscription record is deleted. */
  | 'UNSUBSCRIBE'
  /** An edit of such a post. */
  | 'UPDATE_CONTENT'
  /** The signer’s profile. */
  | 'UPDATE_PROFILE';

/** What became of a transaction. */
export type TransactionStatus =
  /** In a committed block: final. */
  | 'COMMITTED'
  /** Its nonce ran out, and no form of it was mined. */
  | 'EXPIRED'
  /** Sent, in no committed block yet. Never paid. */
  | 'PENDING'
  /** A node refused it. It stays so unless it is mined after all. */
  | 'REJECTED'
  /** Nothing is known of it now, which says nothing about its end. */
  | 'UNKNOWN';

/** A subscription to end. */
export type UnsubscribeInput = {
  /** Whose plan. */
  creator: string;
  /** 1 to 128 visible ASCII characters. The same key, signer and input give the same draft, and at most one payment. */
  idempotencyKey: string;
  /** Which plan. */
  plan: string;
  /** Who will sign and pay: the viewer unless given. Anybody may have a draft made for any signer. */
  signer?: string | null | undefined;
};

/** A content to change: what is not given stays as it is. */
export type UpdateContentInput = {
  /** All files of the new version, in order. One of the present version stays by its `name` alone or by its `cid`, without being sent again; a `name` beside the `cid` renames it. */
  files?: Array<PublishFile> | null | undefined;
  /** Which, by its id; or give postHash. */
  id?: string | number | null | undefined;
  /** 1 to 128 visible ASCII characters. The same key and the same input again give the first answer. */
  idempotencyKey: string;
  /** `PUBLIC`, or rules of which any suffices. What was open cannot be gated, as its bytes are out, unless new files replace all of them. What was gated and is opened stays encrypted on IPFS, and the gateway decrypts it for everybody; give its files anew to have them plain. */
  policy?: string | null | undefined;
  /** Which, by its post; or give id. */
  postHash?: string | null | undefined;
  /** Public: the body of the post. */
  teaser?: string | null | undefined;
  /** Public. 1 to 256 bytes of UTF-8. */
  title?: string | null | undefined;
};

/** A profile. What is not given stays as it is. */
export type UpdateProfileInput = {
  /** Text about the account. */
  description?: string | null | undefined;
  /** 1 to 128 visible ASCII characters. The same key, signer and input give the same draft, and at most one payment. */
  idempotencyKey: string;
  /** A picture as a data URL, e.g. data:image/webp;base64,… */
  picture?: string | null | undefined;
  /** Who will sign and pay: the viewer unless given. Anybody may have a draft made for any signer. */
  signer?: string | null | undefined;
  /** 1 to 25 letters, digits and underscores; needed for a first profile. */
  username?: string | null | undefined;
};

export type GetAccountQueryVariables = Exact<{
  by: AccountBy;
}>;


export type GetAccountQuery = { account: { id: string, publicKey: string, username: string | null, description: string | null, balance: { nanos: string, deso: string, usdCents: number | null } | null } | null };

export type GetPlanQueryVariables = Exact<{
  creator: string;
  slug: string;
}>;


export type GetPlanQuery = { account: { plan: { id: string, slug: string, title: string, periodSeconds: number, state: PlanState, version: string, creator: { id: string, publicKey: string }, price: { nanos: string, deso: string, usdCents: number | null } } | null } | null };

export type ListPlansQueryVariables = Exact<{
  creator: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ListPlansQuery = { account: { plans: { nodes: Array<{ id: string, slug: string, title: string, periodSeconds: number, state: PlanState, version: string, creator: { id: string, publicKey: string }, price: { nanos: string, deso: string, usdCents: number | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type ListSubscriptionsQueryVariables = Exact<{
  fan: string;
  active?: boolean | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ListSubscriptionsQuery = { account: { subscriptions: { nodes: Array<{ id: string, status: SubscriptionStatus, startsAt: string | null, expiresAt: string | null, fan: { id: string, publicKey: string }, creator: { id: string, publicKey: string }, plan: { id: string, slug: string, title: string, periodSeconds: number, state: PlanState, version: string, creator: { id: string, publicKey: string }, price: { nanos: string, deso: string, usdCents: number | null } }, payments: Array<{ periods: number, startsAt: string | null, endsAt: string | null, transaction: { transactionId: string, status: TransactionStatus }, paid: { nanos: string, deso: string, usdCents: number | null } }> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type ListSubscribersQueryVariables = Exact<{
  creator: string;
  active?: boolean | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ListSubscribersQuery = { account: { subscribers: { nodes: Array<{ id: string, status: SubscriptionStatus, startsAt: string | null, expiresAt: string | null, fan: { id: string, publicKey: string }, creator: { id: string, publicKey: string }, plan: { id: string, slug: string, title: string, periodSeconds: number, state: PlanState, version: string, creator: { id: string, publicKey: string }, price: { nanos: string, deso: string, usdCents: number | null } }, payments: Array<{ periods: number, startsAt: string | null, endsAt: string | null, transaction: { transactionId: string, status: TransactionStatus }, paid: { nanos: string, deso: string, usdCents: number | null } }> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type GetContentQueryVariables = Exact<{
  postHash: string;
}>;


export type GetContentQuery = { content: { directoryCid: string | null, id: string, postHash: string, title: string, teaser: string, publishedAt: string, manifestCid: string, baseUrl: string | null, files: Array<{ name: string, mediaType: string, byteSize: string, cid: string, isEncrypted: boolean, url: string | null, key: string | null }> | null, viewerAccess: { granted: boolean, reason: AccessReason, expiresAt: string | null } | null, creator: { id: string, publicKey: string, username: string | null }, policy: { text: string } } | null };

export type ListContentsQueryVariables = Exact<{
  creator: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ListContentsQuery = { contents: { nodes: Array<{ id: string, postHash: string, title: string, teaser: string, publishedAt: string, manifestCid: string, baseUrl: string | null, creator: { id: string, publicKey: string, username: string | null }, policy: { text: string } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type PublishContentMutationVariables = Exact<{
  input: PublishContentInput;
}>;


export type PublishContentMutation = { publishContent: { manifestCid: string | null, draft: { kind: TransactionKind, unsignedHex: string, expiresAtHeight: number, signer: { id: string, publicKey: string }, preview: { kind: TransactionKind, summary: string, outputs: Array<{ to: { id: string, publicKey: string }, amount: { nanos: string, deso: string, usdCents: number | null } }>, fee: { nanos: string, deso: string, usdCents: number | null }, spend: { nanos: string, deso: string, usdCents: number | null } } } | null, files: Array<{ name: string, mediaType: string, byteSize: string, cid: string, isEncrypted: boolean, url: string | null, key: string | null }> | null, errors: Array<
      | { __typename: 'AccountNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'ContentNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'DraftExpired', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean, transaction: { id: string, transactionId: string, kind: TransactionKind, status: TransactionStatus, signer: { id: string, publicKey: string } | null, outputs: Array<{ to: { id: string, publicKey: string }, amount: { nanos: string, deso: string, usdCents: number | null } }>, fee: { nanos: string, deso: string, usdCents: number | null } | null, block: { height: number, hash: string, time: string } | null, rejection: { code: ErrorCode, message: string, rule: string, detail: string } | null } | null }
      | { __typename: 'IdempotencyConflict', differs: Array<string>, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InsufficientFunds', required: string, available: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InvalidInput', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InvalidSignature', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'MalformedTransaction', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NodeUnavailable', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotAllowed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotSignedIn', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotSubscribed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'PlanChanged', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean, plan: { id: string, slug: string, title: string, periodSeconds: number, state: PlanState, version: string, creator: { id: string, publicKey: string }, price: { nanos: string, deso: string, usdCents: number | null } } }
      | { __typename: 'PlanClosed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'PlanNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'RecordPending', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'StorageFull', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'StorageUnavailable', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'TransactionRejected', rule: string, detail: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'UnsupportedPolicy', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'UploadTooLarge', limit: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
    > } };

export type CreateUploadLinkMutationVariables = Exact<{
  input: CreateUploadLinkInput;
}>;


export type CreateUploadLinkMutation = { createUploadLink: { url: string | null, uploadId: string | null, expiresAt: string | null, errors: Array<
      | { __typename: 'AccountNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'ContentNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'DraftExpired', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean, transaction: { id: string, transactionId: string, kind: TransactionKind, status: TransactionStatus, signer: { id: string, publicKey: string } | null, outputs: Array<{ to: { id: string, publicKey: string }, amount: { nanos: string, deso: string, usdCents: number | null } }>, fee: { nanos: string, deso: string, usdCents: number | null } | null, block: { height: number, hash: string, time: string } | null, rejection: { code: ErrorCode, message: string, rule: string, detail: string } | null } | null }
      | { __typename: 'IdempotencyConflict', differs: Array<string>, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InsufficientFunds', required: string, available: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InvalidInput', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InvalidSignature', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'MalformedTransaction', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NodeUnavailable', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotAllowed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotSignedIn', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotSubscribed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'PlanChanged', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean, plan: { id: string, slug: string, title: string, periodSeconds: number, state: PlanState, version: string, creator: { id: string, publicKey: string }, price: { nanos: string, deso: string, usdCents: number | null } } }
      | { __typename: 'PlanClosed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'PlanNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'RecordPending', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'StorageFull', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'StorageUnavailable', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'TransactionRejected', rule: string, detail: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'UnsupportedPolicy', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'UploadTooLarge', limit: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
    > } };

export type ListVersionsQueryVariables = Exact<{
  postHash: string;
}>;


export type ListVersionsQuery = { content: { id: string, versions: Array<{ manifestCid: string, title: string, policy: { text: string }, transaction: { id: string, transactionId: string, kind: TransactionKind, status: TransactionStatus, signer: { id: string, publicKey: string } | null, outputs: Array<{ to: { id: string, publicKey: string }, amount: { nanos: string, deso: string, usdCents: number | null } }>, fee: { nanos: string, deso: string, usdCents: number | null } | null, block: { height: number, hash: string, time: string } | null, rejection: { code: ErrorCode, message: string, rule: string, detail: string } | null } | null }> } | null };

export type UpdateContentMutationVariables = Exact<{
  input: UpdateContentInput;
}>;


export type UpdateContentMutation = { updateContent: { manifestCid: string | null, draft: { kind: TransactionKind, unsignedHex: string, expiresAtHeight: number, signer: { id: string, publicKey: string }, preview: { kind: TransactionKind, summary: string, outputs: Array<{ to: { id: string, publicKey: string }, amount: { nanos: string, deso: string, usdCents: number | null } }>, fee: { nanos: string, deso: string, usdCents: number | null }, spend: { nanos: string, deso: string, usdCents: number | null } } } | null, files: Array<{ name: string, mediaType: string, byteSize: string, cid: string, isEncrypted: boolean, url: string | null, key: string | null }> | null, errors: Array<
      | { __typename: 'AccountNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'ContentNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'DraftExpired', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean, transaction: { id: string, transactionId: string, kind: TransactionKind, status: TransactionStatus, signer: { id: string, publicKey: string } | null, outputs: Array<{ to: { id: string, publicKey: string }, amount: { nanos: string, deso: string, usdCents: number | null } }>, fee: { nanos: string, deso: string, usdCents: number | null } | null, block: { height: number, hash: string, time: string } | null, rejection: { code: ErrorCode, message: string, rule: string, detail: string } | null } | null }
      | { __typename: 'IdempotencyConflict', differs: Array<string>, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InsufficientFunds', required: string, available: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InvalidInput', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InvalidSignature', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'MalformedTransaction', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NodeUnavailable', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotAllowed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotSignedIn', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotSubscribed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'PlanChanged', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean, plan: { id: string, slug: string, title: string, periodSeconds: number, state: PlanState, version: string, creator: { id: string, publicKey: string }, price: { nanos: string, deso: string, usdCents: number | null } } }
      | { __typename: 'PlanClosed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'PlanNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'RecordPending', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'StorageFull', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'StorageUnavailable', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'TransactionRejected', rule: string, detail: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'UnsupportedPolicy', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'UploadTooLarge', limit: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
    > } };

export type HideContentMutationVariables = Exact<{
  input: HideContentInput;
}>;


export type HideContentMutation = { hideContent: { draft: { kind: TransactionKind, unsignedHex: string, expiresAtHeight: number, signer: { id: string, publicKey: string }, preview: { kind: TransactionKind, summary: string, outputs: Array<{ to: { id: string, publicKey: string }, amount: { nanos: string, deso: string, usdCents: number | null } }>, fee: { nanos: string, deso: string, usdCents: number | null }, spend: { nanos: string, deso: string, usdCents: number | null } } } | null, errors: Array<
      | { __typename: 'AccountNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'ContentNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'DraftExpired', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean, transaction: { id: string, transactionId: string, kind: TransactionKind, status: TransactionStatus, signer: { id: string, publicKey: string } | null, outputs: Array<{ to: { id: string, publicKey: string }, amount: { nanos: string, deso: string, usdCents: number | null } }>, fee: { nanos: string, deso: string, usdCents: number | null } | null, block: { height: number, hash: string, time: string } | null, rejection: { code: ErrorCode, message: string, rule: string, detail: string } | null } | null }
      | { __typename: 'IdempotencyConflict', differs: Array<string>, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InsufficientFunds', required: string, available: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InvalidInput', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InvalidSignature', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'MalformedTransaction', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NodeUnavailable', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotAllowed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotSignedIn', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotSubscribed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'PlanChanged', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean, plan: { id: string, slug: string, title: string, periodSeconds: number, state: PlanState, version: string, creator: { id: string, publicKey: string }, price: { nanos: string, deso: string, usdCents: number | null } } }
      | { __typename: 'PlanClosed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'PlanNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'RecordPending', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'StorageFull', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'StorageUnavailable', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'TransactionRejected', rule: string, detail: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'UnsupportedPolicy', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'UploadTooLarge', limit: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
    > } };

export type MoneyFieldsFragment = { nanos: string, deso: string, usdCents: number | null };

export type BlockFieldsFragment = { height: number, hash: string, time: string };

export type AccountFieldsFragment = { id: string, publicKey: string, username: string | null, description: string | null, balance: { nanos: string, deso: string, usdCents: number | null } | null };

export type PlanFieldsFragment = { id: string, slug: string, title: string, periodSeconds: number, state: PlanState, version: string, creator: { id: string, publicKey: string }, price: { nanos: string, deso: string, usdCents: number | null } };

export type OutputFieldsFragment = { to: { id: string, publicKey: string }, amount: { nanos: string, deso: string, usdCents: number | null } };

export type TransactionFieldsFragment = { id: string, transactionId: string, kind: TransactionKind, status: TransactionStatus, signer: { id: string, publicKey: string } | null, outputs: Array<{ to: { id: string, publicKey: string }, amount: { nanos: string, deso: string, usdCents: number | null } }>, fee: { nanos: string, deso: string, usdCents: number | null } | null, block: { height: number, hash: string, time: string } | null, rejection: { code: ErrorCode, message: string, rule: string, detail: string } | null };

export type SubscriptionFieldsFragment = { id: string, status: SubscriptionStatus, startsAt: string | null, expiresAt: string | null, fan: { id: string, publicKey: string }, creator: { id: string, publicKey: string }, plan: { id: string, slug: string, title: string, periodSeconds: number, state: PlanState, version: string, creator: { id: string, publicKey: string }, price: { nanos: string, deso: string, usdCents: number | null } }, payments: Array<{ periods: number, startsAt: string | null, endsAt: string | null, transaction: { transactionId: string, status: TransactionStatus }, paid: { nanos: string, deso: string, usdCents: number | null } }> };

export type PreviewFieldsFragment = { kind: TransactionKind, summary: string, outputs: Array<{ to: { id: string, publicKey: string }, amount: { nanos: string, deso: string, usdCents: number | null } }>, fee: { nanos: string, deso: string, usdCents: number | null }, spend: { nanos: string, deso: string, usdCents: number | null } };

export type DraftFieldsFragment = { kind: TransactionKind, unsignedHex: string, expiresAtHeight: number, signer: { id: string, publicKey: string }, preview: { kind: TransactionKind, summary: string, outputs: Array<{ to: { id: string, publicKey: string }, amount: { nanos: string, deso: string, usdCents: number | null } }>, fee: { nanos: string, deso: string, usdCents: number | null }, spend: { nanos: string, deso: string, usdCents: number | null } } };

type ErrorFields_AccountNotFound_Fragment = { __typename: 'AccountNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean };

type ErrorFields_ContentNotFound_Fragment = { __typename: 'ContentNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean };

type ErrorFields_DraftExpired_Fragment = { __typename: 'DraftExpired', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean, transaction: { id: string, transactionId: string, kind: TransactionKind, status: TransactionStatus, signer: { id: string, publicKey: string } | null, outputs: Array<{ to: { id: string, publicKey: string }, amount: { nanos: string, deso: string, usdCents: number | null } }>, fee: { nanos: string, deso: string, usdCents: number | null } | null, block: { height: number, hash: string, time: string } | null, rejection: { code: ErrorCode, message: string, rule: string, detail: string } | null } | null };

type ErrorFields_IdempotencyConflict_Fragment = { __typename: 'IdempotencyConflict', differs: Array<string>, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean };

type ErrorFields_InsufficientFunds_Fragment = { __typename: 'InsufficientFunds', required: string, available: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean };

type ErrorFields_InvalidInput_Fragment = { __typename: 'InvalidInput', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean };

type ErrorFields_InvalidSignature_Fragment = { __typename: 'InvalidSignature', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean };

type ErrorFields_MalformedTransaction_Fragment = { __typename: 'MalformedTransaction', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean };

type ErrorFields_NodeUnavailable_Fragment = { __typename: 'NodeUnavailable', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean };

type ErrorFields_NotAllowed_Fragment = { __typename: 'NotAllowed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean };

type ErrorFields_NotSignedIn_Fragment = { __typename: 'NotSignedIn', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean };

type ErrorFields_NotSubscribed_Fragment = { __typename: 'NotSubscribed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean };

type ErrorFields_PlanChanged_Fragment = { __typename: 'PlanChanged', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean, plan: { id: string, slug: string, title: string, periodSeconds: number, state: PlanState, version: string, creator: { id: string, publicKey: string }, price: { nanos: string, deso: string, usdCents: number | null } } };

type ErrorFields_PlanClosed_Fragment = { __typename: 'PlanClosed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean };

type ErrorFields_PlanNotFound_Fragment = { __typename: 'PlanNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean };

type ErrorFields_RecordPending_Fragment = { __typename: 'RecordPending', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean };

type ErrorFields_StorageFull_Fragment = { __typename: 'StorageFull', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean };

type ErrorFields_StorageUnavailable_Fragment = { __typename: 'StorageUnavailable', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean };

type ErrorFields_TransactionRejected_Fragment = { __typename: 'TransactionRejected', rule: string, detail: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean };

type ErrorFields_UnsupportedPolicy_Fragment = { __typename: 'UnsupportedPolicy', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean };

type ErrorFields_UploadTooLarge_Fragment = { __typename: 'UploadTooLarge', limit: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean };

export type ErrorFieldsFragment =
  | ErrorFields_AccountNotFound_Fragment
  | ErrorFields_ContentNotFound_Fragment
  | ErrorFields_DraftExpired_Fragment
  | ErrorFields_IdempotencyConflict_Fragment
  | ErrorFields_InsufficientFunds_Fragment
  | ErrorFields_InvalidInput_Fragment
  | ErrorFields_InvalidSignature_Fragment
  | ErrorFields_MalformedTransaction_Fragment
  | ErrorFields_NodeUnavailable_Fragment
  | ErrorFields_NotAllowed_Fragment
  | ErrorFields_NotSignedIn_Fragment
  | ErrorFields_NotSubscribed_Fragment
  | ErrorFields_PlanChanged_Fragment
  | ErrorFields_PlanClosed_Fragment
  | ErrorFields_PlanNotFound_Fragment
  | ErrorFields_RecordPending_Fragment
  | ErrorFields_StorageFull_Fragment
  | ErrorFields_StorageUnavailable_Fragment
  | ErrorFields_TransactionRejected_Fragment
  | ErrorFields_UnsupportedPolicy_Fragment
  | ErrorFields_UploadTooLarge_Fragment
;

export type FileFieldsFragment = { name: string, mediaType: string, byteSize: string, cid: string, isEncrypted: boolean, url: string | null, key: string | null };

export type AccessFieldsFragment = { granted: boolean, reason: AccessReason, expiresAt: string | null, evidence: Array<{ meaning: string, transaction: { id: string, transactionId: string, kind: TransactionKind, status: TransactionStatus, signer: { id: string, publicKey: string } | null, outputs: Array<{ to: { id: string, publicKey: string }, amount: { nanos: string, deso: string, usdCents: number | null } }>, fee: { nanos: string, deso: string, usdCents: number | null } | null, block: { height: number, hash: string, time: string } | null, rejection: { code: ErrorCode, message: string, rule: string, detail: string } | null } }>, checkedAt: { height: number, hash: string, time: string } };

export type ContentFieldsFragment = { id: string, postHash: string, title: string, teaser: string, publishedAt: string, manifestCid: string, baseUrl: string | null, creator: { id: string, publicKey: string, username: string | null }, policy: { text: string } };

export type CreateChallengeMutationVariables = Exact<{
  input: CreateChallengeInput;
}>;


export type CreateChallengeMutation = { createChallenge: { challenge: string | null, expiresAt: string | null, errors: Array<
      | { __typename: 'AccountNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'ContentNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'DraftExpired', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean, transaction: { id: string, transactionId: string, kind: TransactionKind, status: TransactionStatus, signer: { id: string, publicKey: string } | null, outputs: Array<{ to: { id: string, publicKey: string }, amount: { nanos: string, deso: string, usdCents: number | null } }>, fee: { nanos: string, deso: string, usdCents: number | null } | null, block: { height: number, hash: string, time: string } | null, rejection: { code: ErrorCode, message: string, rule: string, detail: string } | null } | null }
      | { __typename: 'IdempotencyConflict', differs: Array<string>, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InsufficientFunds', required: string, available: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InvalidInput', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InvalidSignature', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'MalformedTransaction', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NodeUnavailable', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotAllowed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotSignedIn', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotSubscribed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'PlanChanged', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean, plan: { id: string, slug: string, title: string, periodSeconds: number, state: PlanState, version: string, creator: { id: string, publicKey: string }, price: { nanos: string, deso: string, usdCents: number | null } } }
      | { __typename: 'PlanClosed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'PlanNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'RecordPending', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'StorageFull', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'StorageUnavailable', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'TransactionRejected', rule: string, detail: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'UnsupportedPolicy', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'UploadTooLarge', limit: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
    > } };

export type SignInMutationVariables = Exact<{
  input: SignInInput;
}>;


export type SignInMutation = { signIn: { accessToken: string | null, refreshToken: string | null, expiresAt: string | null, viewer: { id: string, publicKey: string, username: string | null, description: string | null, balance: { nanos: string, deso: string, usdCents: number | null } | null } | null, errors: Array<
      | { __typename: 'AccountNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'ContentNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'DraftExpired', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean, transaction: { id: string, transactionId: string, kind: TransactionKind, status: TransactionStatus, signer: { id: string, publicKey: string } | null, outputs: Array<{ to: { id: string, publicKey: string }, amount: { nanos: string, deso: string, usdCents: number | null } }>, fee: { nanos: string, deso: string, usdCents: number | null } | null, block: { height: number, hash: string, time: string } | null, rejection: { code: ErrorCode, message: string, rule: string, detail: string } | null } | null }
      | { __typename: 'IdempotencyConflict', differs: Array<string>, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InsufficientFunds', required: string, available: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InvalidInput', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InvalidSignature', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'MalformedTransaction', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NodeUnavailable', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotAllowed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotSignedIn', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotSubscribed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'PlanChanged', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean, plan: { id: string, slug: string, title: string, periodSeconds: number, state: PlanState, version: string, creator: { id: string, publicKey: string }, price: { nanos: string, deso: string, usdCents: number | null } } }
      | { __typename: 'PlanClosed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'PlanNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'RecordPending', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'StorageFull', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'StorageUnavailable', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'TransactionRejected', rule: string, detail: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'UnsupportedPolicy', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'UploadTooLarge', limit: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
    > } };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer: { id: string, publicKey: string, username: string | null, description: string | null, balance: { nanos: string, deso: string, usdCents: number | null } | null } | null };

export type CreatePlanMutationVariables = Exact<{
  input: CreatePlanInput;
}>;


export type CreatePlanMutation = { createPlan: { draft: { kind: TransactionKind, unsignedHex: string, expiresAtHeight: number, signer: { id: string, publicKey: string }, preview: { kind: TransactionKind, summary: string, outputs: Array<{ to: { id: string, publicKey: string }, amount: { nanos: string, deso: string, usdCents: number | null } }>, fee: { nanos: string, deso: string, usdCents: number | null }, spend: { nanos: string, deso: string, usdCents: number | null } } } | null, errors: Array<
      | { __typename: 'AccountNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'ContentNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'DraftExpired', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean, transaction: { id: string, transactionId: string, kind: TransactionKind, status: TransactionStatus, signer: { id: string, publicKey: string } | null, outputs: Array<{ to: { id: string, publicKey: string }, amount: { nanos: string, deso: string, usdCents: number | null } }>, fee: { nanos: string, deso: string, usdCents: number | null } | null, block: { height: number, hash: string, time: string } | null, rejection: { code: ErrorCode, message: string, rule: string, detail: string } | null } | null }
      | { __typename: 'IdempotencyConflict', differs: Array<string>, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InsufficientFunds', required: string, available: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InvalidInput', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InvalidSignature', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'MalformedTransaction', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NodeUnavailable', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotAllowed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotSignedIn', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotSubscribed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'PlanChanged', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean, plan: { id: string, slug: string, title: string, periodSeconds: number, state: PlanState, version: string, creator: { id: string, publicKey: string }, price: { nanos: string, deso: string, usdCents: number | null } } }
      | { __typename: 'PlanClosed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'PlanNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'RecordPending', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'StorageFull', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'StorageUnavailable', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'TransactionRejected', rule: string, detail: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'UnsupportedPolicy', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'UploadTooLarge', limit: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
    > } };

export type ClosePlanMutationVariables = Exact<{
  input: ClosePlanInput;
}>;


export type ClosePlanMutation = { closePlan: { draft: { kind: TransactionKind, unsignedHex: string, expiresAtHeight: number, signer: { id: string, publicKey: string }, preview: { kind: TransactionKind, summary: string, outputs: Array<{ to: { id: string, publicKey: string }, amount: { nanos: string, deso: string, usdCents: number | null } }>, fee: { nanos: string, deso: string, usdCents: number | null }, spend: { nanos: string, deso: string, usdCents: number | null } } } | null, errors: Array<
      | { __typename: 'AccountNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'ContentNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'DraftExpired', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean, transaction: { id: string, transactionId: string, kind: TransactionKind, status: TransactionStatus, signer: { id: string, publicKey: string } | null, outputs: Array<{ to: { id: string, publicKey: string }, amount: { nanos: string, deso: string, usdCents: number | null } }>, fee: { nanos: string, deso: string, usdCents: number | null } | null, block: { height: number, hash: string, time: string } | null, rejection: { code: ErrorCode, message: string, rule: string, detail: string } | null } | null }
      | { __typename: 'IdempotencyConflict', differs: Array<string>, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InsufficientFunds', required: string, available: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InvalidInput', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InvalidSignature', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'MalformedTransaction', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NodeUnavailable', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotAllowed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotSignedIn', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotSubscribed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'PlanChanged', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean, plan: { id: string, slug: string, title: string, periodSeconds: number, state: PlanState, version: string, creator: { id: string, publicKey: string }, price: { nanos: string, deso: string, usdCents: number | null } } }
      | { __typename: 'PlanClosed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'PlanNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'RecordPending', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'StorageFull', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'StorageUnavailable', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'TransactionRejected', rule: string, detail: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'UnsupportedPolicy', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'UploadTooLarge', limit: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
    > } };

export type SubscribeMutationVariables = Exact<{
  input: SubscribeInput;
}>;


export type SubscribeMutation = { subscribe: { draft: { kind: TransactionKind, unsignedHex: string, expiresAtHeight: number, signer: { id: string, publicKey: string }, preview: { kind: TransactionKind, summary: string, outputs: Array<{ to: { id: string, publicKey: string }, amount: { nanos: string, deso: string, usdCents: number | null } }>, fee: { nanos: string, deso: string, usdCents: number | null }, spend: { nanos: string, deso: string, usdCents: number | null } } } | null, errors: Array<
      | { __typename: 'AccountNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'ContentNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'DraftExpired', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean, transaction: { id: string, transactionId: string, kind: TransactionKind, status: TransactionStatus, signer: { id: string, publicKey: string } | null, outputs: Array<{ to: { id: string, publicKey: string }, amount: { nanos: string, deso: string, usdCents: number | null } }>, fee: { nanos: string, deso: string, usdCents: number | null } | null, block: { height: number, hash: string, time: string } | null, rejection: { code: ErrorCode, message: string, rule: string, detail: string } | null } | null }
      | { __typename: 'IdempotencyConflict', differs: Array<string>, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InsufficientFunds', required: string, available: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InvalidInput', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InvalidSignature', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'MalformedTransaction', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NodeUnavailable', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotAllowed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotSignedIn', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotSubscribed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'PlanChanged', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean, plan: { id: string, slug: string, title: string, periodSeconds: number, state: PlanState, version: string, creator: { id: string, publicKey: string }, price: { nanos: string, deso: string, usdCents: number | null } } }
      | { __typename: 'PlanClosed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'PlanNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'RecordPending', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'StorageFull', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'StorageUnavailable', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'TransactionRejected', rule: string, detail: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'UnsupportedPolicy', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'UploadTooLarge', limit: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
    > } };

export type UnsubscribeMutationVariables = Exact<{
  input: UnsubscribeInput;
}>;


export type UnsubscribeMutation = { unsubscribe: { draft: { kind: TransactionKind, unsignedHex: string, expiresAtHeight: number, signer: { id: string, publicKey: string }, preview: { kind: TransactionKind, summary: string, outputs: Array<{ to: { id: string, publicKey: string }, amount: { nanos: string, deso: string, usdCents: number | null } }>, fee: { nanos: string, deso: string, usdCents: number | null }, spend: { nanos: string, deso: string, usdCents: number | null } } } | null, errors: Array<
      | { __typename: 'AccountNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'ContentNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'DraftExpired', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean, transaction: { id: string, transactionId: string, kind: TransactionKind, status: TransactionStatus, signer: { id: string, publicKey: string } | null, outputs: Array<{ to: { id: string, publicKey: string }, amount: { nanos: string, deso: string, usdCents: number | null } }>, fee: { nanos: string, deso: string, usdCents: number | null } | null, block: { height: number, hash: string, time: string } | null, rejection: { code: ErrorCode, message: string, rule: string, detail: string } | null } | null }
      | { __typename: 'IdempotencyConflict', differs: Array<string>, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InsufficientFunds', required: string, available: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InvalidInput', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InvalidSignature', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'MalformedTransaction', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NodeUnavailable', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotAllowed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotSignedIn', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotSubscribed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'PlanChanged', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean, plan: { id: string, slug: string, title: string, periodSeconds: number, state: PlanState, version: string, creator: { id: string, publicKey: string }, price: { nanos: string, deso: string, usdCents: number | null } } }
      | { __typename: 'PlanClosed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'PlanNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'RecordPending', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'StorageFull', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'StorageUnavailable', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'TransactionRejected', rule: string, detail: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'UnsupportedPolicy', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'UploadTooLarge', limit: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
    > } };

export type GetSubscriptionQueryVariables = Exact<{
  creator: string;
  plan: string;
}>;


export type GetSubscriptionQuery = { account: { viewerSubscription: { id: string, status: SubscriptionStatus, startsAt: string | null, expiresAt: string | null, fan: { id: string, publicKey: string }, creator: { id: string, publicKey: string }, plan: { id: string, slug: string, title: string, periodSeconds: number, state: PlanState, version: string, creator: { id: string, publicKey: string }, price: { nanos: string, deso: string, usdCents: number | null } }, payments: Array<{ periods: number, startsAt: string | null, endsAt: string | null, transaction: { transactionId: string, status: TransactionStatus }, paid: { nanos: string, deso: string, usdCents: number | null } }> } | null } | null };

export type CheckAccessQueryVariables = Exact<{
  to: AccessTarget;
  account?: string | null | undefined;
}>;


export type CheckAccessQuery = { access: { granted: boolean, reason: AccessReason, expiresAt: string | null, evidence: Array<{ meaning: string, transaction: { id: string, transactionId: string, kind: TransactionKind, status: TransactionStatus, signer: { id: string, publicKey: string } | null, outputs: Array<{ to: { id: string, publicKey: string }, amount: { nanos: string, deso: string, usdCents: number | null } }>, fee: { nanos: string, deso: string, usdCents: number | null } | null, block: { height: number, hash: string, time: string } | null, rejection: { code: ErrorCode, message: string, rule: string, detail: string } | null } }>, checkedAt: { height: number, hash: string, time: string } } | null };

export type CreateTransactionMutationVariables = Exact<{
  input: CreateTransactionInput;
}>;


export type CreateTransactionMutation = { createTransaction: { draft: { kind: TransactionKind, unsignedHex: string, expiresAtHeight: number, signer: { id: string, publicKey: string }, preview: { kind: TransactionKind, summary: string, outputs: Array<{ to: { id: string, publicKey: string }, amount: { nanos: string, deso: string, usdCents: number | null } }>, fee: { nanos: string, deso: string, usdCents: number | null }, spend: { nanos: string, deso: string, usdCents: number | null } } } | null, errors: Array<
      | { __typename: 'AccountNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'ContentNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'DraftExpired', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean, transaction: { id: string, transactionId: string, kind: TransactionKind, status: TransactionStatus, signer: { id: string, publicKey: string } | null, outputs: Array<{ to: { id: string, publicKey: string }, amount: { nanos: string, deso: string, usdCents: number | null } }>, fee: { nanos: string, deso: string, usdCents: number | null } | null, block: { height: number, hash: string, time: string } | null, rejection: { code: ErrorCode, message: string, rule: string, detail: string } | null } | null }
      | { __typename: 'IdempotencyConflict', differs: Array<string>, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InsufficientFunds', required: string, available: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InvalidInput', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InvalidSignature', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'MalformedTransaction', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NodeUnavailable', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotAllowed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotSignedIn', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotSubscribed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'PlanChanged', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean, plan: { id: string, slug: string, title: string, periodSeconds: number, state: PlanState, version: string, creator: { id: string, publicKey: string }, price: { nanos: string, deso: string, usdCents: number | null } } }
      | { __typename: 'PlanClosed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'PlanNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'RecordPending', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'StorageFull', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'StorageUnavailable', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'TransactionRejected', rule: string, detail: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'UnsupportedPolicy', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'UploadTooLarge', limit: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
    > } };

export type SubmitTransactionMutationVariables = Exact<{
  input: SubmitTransactionInput;
}>;


export type SubmitTransactionMutation = { submitTransaction: { replayed: boolean, transaction: { id: string, transactionId: string, kind: TransactionKind, status: TransactionStatus, signer: { id: string, publicKey: string } | null, outputs: Array<{ to: { id: string, publicKey: string }, amount: { nanos: string, deso: string, usdCents: number | null } }>, fee: { nanos: string, deso: string, usdCents: number | null } | null, block: { height: number, hash: string, time: string } | null, rejection: { code: ErrorCode, message: string, rule: string, detail: string } | null } | null, errors: Array<
      | { __typename: 'AccountNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'ContentNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'DraftExpired', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean, transaction: { id: string, transactionId: string, kind: TransactionKind, status: TransactionStatus, signer: { id: string, publicKey: string } | null, outputs: Array<{ to: { id: string, publicKey: string }, amount: { nanos: string, deso: string, usdCents: number | null } }>, fee: { nanos: string, deso: string, usdCents: number | null } | null, block: { height: number, hash: string, time: string } | null, rejection: { code: ErrorCode, message: string, rule: string, detail: string } | null } | null }
      | { __typename: 'IdempotencyConflict', differs: Array<string>, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InsufficientFunds', required: string, available: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InvalidInput', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'InvalidSignature', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'MalformedTransaction', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NodeUnavailable', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotAllowed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotSignedIn', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'NotSubscribed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'PlanChanged', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean, plan: { id: string, slug: string, title: string, periodSeconds: number, state: PlanState, version: string, creator: { id: string, publicKey: string }, price: { nanos: string, deso: string, usdCents: number | null } } }
      | { __typename: 'PlanClosed', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'PlanNotFound', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'RecordPending', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'StorageFull', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'StorageUnavailable', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'TransactionRejected', rule: string, detail: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'UnsupportedPolicy', code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
      | { __typename: 'UploadTooLarge', limit: string, code: ErrorCode, message: string, path: Array<string> | null, retryable: boolean }
    > } };

export type GetTransactionQueryVariables = Exact<{
  id: string;
}>;


export type GetTransactionQuery = { transaction: { id: string, transactionId: string, kind: TransactionKind, status: TransactionStatus, signer: { id: string, publicKey: string } | null, outputs: Array<{ to: { id: string, publicKey: string }, amount: { nanos: string, deso: string, usdCents: number | null } }>, fee: { nanos: string, deso: string, usdCents: number | null } | null, block: { height: number, hash: string, time: string } | null, rejection: { code: ErrorCode, message: string, rule: string, detail: string } | null } | null };

export type DecodeTransactionQueryVariables = Exact<{
  hex: string;
}>;


export type DecodeTransactionQuery = { decodeTransaction: { kind: TransactionKind, summary: string, outputs: Array<{ to: { id: string, publicKey: string }, amount: { nanos: string, deso: string, usdCents: number | null } }>, fee: { nanos: string, deso: string, usdCents: number | null }, spend: { nanos: string, deso: string, usdCents: number | null } } };

export type GetGatewayQueryVariables = Exact<{ [key: string]: never; }>;


export type GetGatewayQuery = { gateway: { version: string, network: Network, tipHeight: number | null, committedTip: { height: number, hash: string, time: string } | null, storage: { kind: string, isHealthy: boolean } | null, limits: { maxPageSize: number, maxFileBytes: string, maxFilesPerContent: number, maxUnpublishedBytes: string, maxQueryDepth: number, maxQueryCost: number, commitWaitSeconds: number } } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const MoneyFieldsFragmentDoc = new TypedDocumentString(`
    fragment MoneyFields on Money {
  nanos
  deso
  usdCents
}
    `, {"fragmentName":"MoneyFields"}) as unknown as TypedDocumentString<MoneyFieldsFragment, unknown>;
export const AccountFieldsFragmentDoc = new TypedDocumentString(`
    fragment AccountFields on Account {
  id
  publicKey
  username
  description
  balance {
    ...MoneyFields
  }
}
    fragment MoneyFields on Money {
  nanos
  deso
  usdCents
}`, {"fragmentName":"AccountFields"}) as unknown as TypedDocumentString<AccountFieldsFragment, unknown>;
export const PlanFieldsFragmentDoc = new TypedDocumentString(`
    fragment PlanFields on Plan {
  id
  creator {
    id
    publicKey
  }
  slug
  title
  price {
    ...MoneyFields
  }
  periodSeconds
  state
  version
}
    fragment MoneyFields on Money {
  nanos
  deso
  usdCents
}`, {"fragmentName":"PlanFields"}) as unknown as TypedDocumentString<PlanFieldsFragment, unknown>;
export const SubscriptionFieldsFragmentDoc = new TypedDocumentString(`
    fragment SubscriptionFields on Subscription {
  id
  fan {
    id
    publicKey
  }
  creator {
    id
    publicKey
  }
  plan {
    ...PlanFields
  }
  status
  startsAt
  expiresAt
  payments {
    transaction {
      transactionId
      status
    }
    paid {
      ...MoneyFields
    }
    periods
    startsAt
    endsAt
  }
}
    fragment MoneyFields on Money {
  nanos
  deso
  usdCents
}
fragment PlanFields on Plan {
  id
  creator {
    id
    publicKey
  }
  slug
  title
  price {
    ...MoneyFields
  }
  periodSeconds
  state
  version
}`, {"fragmentName":"SubscriptionFields"}) as unknown as TypedDocumentString<SubscriptionFieldsFragment, unknown>;
export const OutputFieldsFragmentDoc = new TypedDocumentString(`
    fragment OutputFields on TransactionOutput {
  to {
    id
    publicKey
  }
  amount {
    ...MoneyFields
  }
}
    fragment MoneyFields on Money {
  nanos
  deso
  usdCents
}`, {"fragmentName":"OutputFields"}) as unknown as TypedDocumentString<OutputFieldsFragment, unknown>;
export const PreviewFieldsFragmentDoc = new TypedDocumentString(`
    fragment PreviewFields on TransactionPreview {
  kind
  summary
  outputs {
    ...OutputFields
  }
  fee {
    ...MoneyFields
  }
  spend {
    ...MoneyFields
  }
}
    fragment MoneyFields on Money {
  nanos
  deso
  usdCents
}
fragment OutputFields on TransactionOutput {
  to {
    id
    publicKey
  }
  amount {
    ...MoneyFields
  }
}`, {"fragmentName":"PreviewFields"}) as unknown as TypedDocumentString<PreviewFieldsFragment, unknown>;
export const DraftFieldsFragmentDoc = new TypedDocumentString(`
    fragment DraftFields on TransactionDraft {
  kind
  unsignedHex
  signer {
    id
    publicKey
  }
  preview {
    ...PreviewFields
  }
  expiresAtHeight
}
    fragment MoneyFields on Money {
  nanos
  deso
  usdCents
}
fragment OutputFields on TransactionOutput {
  to {
    id
    publicKey
  }
  amount {
    ...MoneyFields
  }
}
fragment PreviewFields on TransactionPreview {
  kind
  summary
  outputs {
    ...OutputFields
  }
  fee {
    ...MoneyFields
  }
  spend {
    ...MoneyFields
  }
}`, {"fragmentName":"DraftFields"}) as unknown as TypedDocumentString<DraftFieldsFragment, unknown>;
export const BlockFieldsFragmentDoc = new TypedDocumentString(`
    fragment BlockFields on BlockRef {
  height
  hash
  time
}
    `, {"fragmentName":"BlockFields"}) as unknown as TypedDocumentString<BlockFieldsFragment, unknown>;
export const TransactionFieldsFragmentDoc = new TypedDocumentString(`
    fragment TransactionFields on Transaction {
  id
  transactionId
  kind
  status
  signer {
    id
    publicKey
  }
  outputs {
    ...OutputFields
  }
  fee {
    ...MoneyFields
  }
  block {
    ...BlockFields
  }
  rejection {
    code
    message
    rule
    detail
  }
}
    fragment MoneyFields on Money {
  nanos
  deso
  usdCents
}
fragment BlockFields on BlockRef {
  height
  hash
  time
}
fragment OutputFields on TransactionOutput {
  to {
    id
    publicKey
  }
  amount {
    ...MoneyFields
  }
}`, {"fragmentName":"TransactionFields"}) as unknown as TypedDocumentString<TransactionFieldsFragment, unknown>;
export const ErrorFieldsFragmentDoc = new TypedDocumentString(`
    fragment ErrorFields on UserError {
  __typename
  code
  message
  path
  retryable
  ... on IdempotencyConflict {
    differs
  }
  ... on InsufficientFunds {
    required
    available
  }
  ... on TransactionRejected {
    rule
    detail
  }
  ... on UploadTooLarge {
    limit
  }
  ... on PlanChanged {
    plan {
      ...PlanFields
    }
  }
  ... on DraftExpired {
    transaction {
      ...TransactionFields
    }
  }
}
    fragment MoneyFields on Money {
  nanos
  deso
  usdCents
}
fragment BlockFields on BlockRef {
  height
  hash
  time
}
fragment PlanFields on Plan {
  id
  creator {
    id
    publicKey
  }
  slug
  title
  price {
    ...MoneyFields
  }
  periodSeconds
  state
  version
}
fragment OutputFields on TransactionOutput {
  to {
    id
    publicKey
  }
  amount {
    ...MoneyFields
  }
}
fragment TransactionFields on Transaction {
  id
  transactionId
  kind
  status
  signer {
    id
    publicKey
  }
  outputs {
    ...OutputFields
  }
  fee {
    ...MoneyFields
  }
  block {
    ...BlockFields
  }
  rejection {
    code
    message
    rule
    detail
  }
}`, {"fragmentName":"ErrorFields"}) as unknown as TypedDocumentString<ErrorFieldsFragment, unknown>;
export const FileFieldsFragmentDoc = new TypedDocumentString(`
    fragment FileFields on ContentFile {
  name
  mediaType
  byteSize
  cid
  isEncrypted
  url
  key
}
    `, {"fragmentName":"FileFields"}) as unknown as TypedDocumentString<FileFieldsFragment, unknown>;
export const AccessFieldsFragmentDoc = new TypedDocumentString(`
    fragment AccessFields on Access {
  granted
  reason
  expiresAt
  evidence {
    meaning
    transaction {
      ...TransactionFields
    }
  }
  checkedAt {
    ...BlockFields
  }
}
    fragment MoneyFields on Money {
  nanos
  deso
  usdCents
}
fragment BlockFields on BlockRef {
  height
  hash
  time
}
fragment OutputFields on TransactionOutput {
  to {
    id
    publicKey
  }
  amount {
    ...MoneyFields
  }
}
fragment TransactionFields on Transaction {
  id
  transactionId
  kind
  status
  signer {
    id
    publicKey
  }
  outputs {
    ...OutputFields
  }
  fee {
    ...MoneyFields
  }
  block {
    ...BlockFields
  }
  rejection {
    code
    message
    rule
    detail
  }
}`, {"fragmentName":"AccessFields"}) as unknown as TypedDocumentString<AccessFieldsFragment, unknown>;
export const ContentFieldsFragmentDoc = new TypedDocumentString(`
    fragment ContentFields on Content {
  id
  postHash
  creator {
    id
    publicKey
    username
  }
  title
  teaser
  publishedAt
  policy {
    text
  }
  manifestCid
  baseUrl
}
    `, {"fragmentName":"ContentFields"}) as unknown as TypedDocumentString<ContentFieldsFragment, unknown>;
export const GetAccountDocument = new TypedDocumentString(`
    query GetAccount($by: AccountBy!) {
  account(by: $by) {
    ...AccountFields
  }
}
    fragment MoneyFields on Money {
  nanos
  deso
  usdCents
}
fragment AccountFields on Account {
  id
  publicKey
  username
  description
  balance {
    ...MoneyFields
  }
}`) as unknown as TypedDocumentString<GetAccountQuery, GetAccountQueryVariables>;
export const GetPlanDocument = new TypedDocumentString(`
    query GetPlan($creator: PublicKey!, $slug: Slug!) {
  account(by: {publicKey: $creator}) {
    plan(slug: $slug) {
      ...PlanFields
    }
  }
}
    fragment MoneyFields on Money {
  nanos
  deso
  usdCents
}
fragment PlanFields on Plan {
  id
  creator {
    id
    publicKey
  }
  slug
  title
  price {
    ...MoneyFields
  }
  periodSeconds
  state
  version
}`) as unknown as TypedDocumentString<GetPlanQuery, GetPlanQueryVariables>;
export const ListPlansDocument = new TypedDocumentString(`
    query ListPlans($creator: PublicKey!, $first: Int, $after: String) {
  account(by: {publicKey: $creator}) {
    plans(first: $first, after: $after) {
      nodes {
        ...PlanFields
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    fragment MoneyFields on Money {
  nanos
  deso
  usdCents
}
fragment PlanFields on Plan {
  id
  creator {
    id
    publicKey
  }
  slug
  title
  price {
    ...MoneyFields
  }
  periodSeconds
  state
  version
}`) as unknown as TypedDocumentString<ListPlansQuery, ListPlansQueryVariables>;
export const ListSubscriptionsDocument = new TypedDocumentString(`
    query ListSubscriptions($fan: PublicKey!, $active: Boolean, $first: Int, $after: String) {
  account(by: {publicKey: $fan}) {
    subscriptions(active: $active, first: $first, after: $after) {
      nodes {
        ...SubscriptionFields
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    fragment MoneyFields on Money {
  nanos
  deso
  usdCents
}
fragment PlanFields on Plan {
  id
  creator {
    id
    publicKey
  }
  slug
  title
  price {
    ...MoneyFields
  }
  periodSeconds
  state
  version
}
fragment SubscriptionFields on Subscription {
  id
  fan {
    id
    publicKey
  }
  creator {
    id
    publicKey
  }
  plan {
    ...PlanFields
  }
  status
  startsAt
  expiresAt
  payments {
    transaction {
      transactionId
      status
    }
    paid {
      ...MoneyFields
    }
    periods
    startsAt
    endsAt
  }
}`) as unknown as TypedDocumentString<ListSubscriptionsQuery, ListSubscriptionsQueryVariables>;
export const ListSubscribersDocument = new TypedDocumentString(`
    query ListSubscribers($creator: PublicKey!, $active: Boolean, $first: Int, $after: String) {
  account(by: {publicKey: $creator}) {
    subscribers(active: $active, first: $first, after: $after) {
      nodes {
        ...SubscriptionFields
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    fragment MoneyFields on Money {
  nanos
  deso
  usdCents
}
fragment PlanFields on Plan {
  id
  creator {
    id
    publicKey
  }
  slug
  title
  price {
    ...MoneyFields
  }
  periodSeconds
  state
  version
}
fragment SubscriptionFields on Subscription {
  id
  fan {
    id
    publicKey
  }
  creator {
    id
    publicKey
  }
  plan {
    ...PlanFields
  }
  status
  startsAt
  expiresAt
  payments {
    transaction {
      transactionId
      status
    }
    paid {
      ...MoneyFields
    }
    periods
    startsAt
    endsAt
  }
}`) as unknown as TypedDocumentString<ListSubscribersQuery, ListSubscribersQueryVariables>;
export const GetContentDocument = new TypedDocumentString(`
    query GetContent($postHash: TransactionId!) {
  content(postHash: $postHash) {
    ...ContentFields
    directoryCid
    files {
      ...FileFields
    }
    viewerAccess {
      granted
      reason
      expiresAt
    }
  }
}
    fragment FileFields on ContentFile {
  name
  mediaType
  byteSize
  cid
  isEncrypted
  url
  key
}
fragment ContentFields on Content {
  id
  postHash
  creator {
    id
    publicKey
    username
  }
  title
  teaser
  publishedAt
  policy {
    text
  }
  manifestCid
  baseUrl
}`) as unknown as TypedDocumentString<GetContentQuery, GetContentQueryVariables>;
export const ListContentsDocument = new TypedDocumentString(`
    query ListContents($creator: PublicKey!, $first: Int, $after: String) {
  contents(creator: $creator, first: $first, after: $after) {
    nodes {
      ...ContentFields
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment ContentFields on Content {
  id
  postHash
  creator {
    id
    publicKey
    username
  }
  title
  teaser
  publishedAt
  policy {
    text
  }
  manifestCid
  baseUrl
}`) as unknown as TypedDocumentString<ListContentsQuery, ListContentsQueryVariables>;
export const PublishContentDocument = new TypedDocumentString(`
    mutation PublishContent($input: PublishContentInput!) {
  publishContent(input: $input) {
    draft {
      ...DraftFields
    }
    manifestCid
    files {
      ...FileFields
    }
    errors {
      ...ErrorFields
    }
  }
}
    fragment MoneyFields on Money {
  nanos
  deso
  usdCents
}
fragment BlockFields on BlockRef {
  height
  hash
  time
}
fragment PlanFields on Plan {
  id
  creator {
    id
    publicKey
  }
  slug
  title
  price {
    ...MoneyFields
  }
  periodSeconds
  state
  version
}
fragment OutputFields on TransactionOutput {
  to {
    id
    publicKey
  }
  amount {
    ...MoneyFields
  }
}
fragment TransactionFields on Transaction {
  id
  transactionId
  kind
  status
  signer {
    id
    publicKey
  }
  outputs {
    ...OutputFields
  }
  fee {
    ...MoneyFields
  }
  block {
    ...BlockFields
  }
  rejection {
    code
    message
    rule
    detail
  }
}
fragment PreviewFields on TransactionPreview {
  kind
  summary
  outputs {
    ...OutputFields
  }
  fee {
    ...MoneyFields
  }
  spend {
    ...MoneyFields
  }
}
fragment DraftFields on TransactionDraft {
  kind
  unsignedHex
  signer {
    id
    publicKey
  }
  preview {
    ...PreviewFields
  }
  expiresAtHeight
}
fragment ErrorFields on UserError {
  __typename
  code
  message
  path
  retryable
  ... on IdempotencyConflict {
    differs
  }
  ... on InsufficientFunds {
    required
    available
  }
  ... on TransactionRejected {
    rule
    detail
  }
  ... on UploadTooLarge {
    limit
  }
  ... on PlanChanged {
    plan {
      ...PlanFields
    }
  }
  ... on DraftExpired {
    transaction {
      ...TransactionFields
    }
  }
}
fragment FileFields on ContentFile {
  name
  mediaType
  byteSize
  cid
  isEncrypted
  url
  key
}`) as unknown as TypedDocumentString<PublishContentMutation, PublishContentMutationVariables>;
export const CreateUploadLinkDocument = new TypedDocumentString(`
    mutation CreateUploadLink($input: CreateUploadLinkInput!) {
  createUploadLink(input: $input) {
    url
    uploadId
    expiresAt
    errors {
      ...ErrorFields
    }
  }
}
    fragment MoneyFields on Money {
  nanos
  deso
  usdCents
}
fragment BlockFields on BlockRef {
  height
  hash
  time
}
fragment PlanFields on Plan {
  id
  creator {
    id
    publicKey
  }
  slug
  title
  price {
    ...MoneyFields
  }
  periodSeconds
  state
  version
}
fragment OutputFields on TransactionOutput {
  to {
    id
    publicKey
  }
  amount {
    ...MoneyFields
  }
}
fragment TransactionFields on Transaction {
  id
  transactionId
  kind
  status
  signer {
    id
    publicKey
  }
  outputs {
    ...OutputFields
  }
  fee {
    ...MoneyFields
  }
  block {
    ...BlockFields
  }
  rejection {
    code
    message
    rule
    detail
  }
}
fragment ErrorFields on UserError {
  __typename
  code
  message
  path
  retryable
  ... on IdempotencyConflict {
    differs
  }
  ... on InsufficientFunds {
    required
    available
  }
  ... on TransactionRejected {
    rule
    detail
  }
  ... on UploadTooLarge {
    limit
  }
  ... on PlanChanged {
    plan {
      ...PlanFields
    }
  }
  ... on DraftExpired {
    transaction {
      ...TransactionFields
    }
  }
}`) as unknown as TypedDocumentString<CreateUploadLinkMutation, CreateUploadLinkMutationVariables>;
export const ListVersionsDocument = new TypedDocumentString(`
    query ListVersions($postHash: TransactionId!) {
  content(postHash: $postHash) {
    id
    versions {
      manifestCid
      title
      policy {
        text
      }
      transaction {
        ...TransactionFields
      }
    }
  }
}
    fragment MoneyFields on Money {
  nanos
  deso
  usdCents
}
fragment BlockFields on BlockRef {
  height
  hash
  time
}
fragment OutputFields on TransactionOutput {
  to {
    id
    publicKey
  }
  amount {
    ...MoneyFields
  }
}
fragment TransactionFields on Transaction {
  id
  transactionId
  kind
  status
  signer {
    id
    publicKey
  }
  outputs {
    ...OutputFields
  }
  fee {
    ...MoneyFields
  }
  block {
    ...BlockFields
  }
  rejection {
    code
    message
    rule
    detail
  }
}`) as unknown as TypedDocumentString<ListVersionsQuery, ListVersionsQueryVariables>;
export const UpdateContentDocument = new TypedDocumentString(`
    mutation UpdateContent($input: UpdateContentInput!) {
  updateContent(input: $input) {
    draft {
      ...DraftFields
    }
    manifestCid
    files {
      ...FileFields
    }
    errors {
      ...ErrorFields
    }
  }
}
    fragment MoneyFields on Money {
  nanos
  deso
  usdCents
}
fragment BlockFields on BlockRef {
  height
  hash
  time
}
fragment PlanFields on Plan {
  id
  creator {
    id
    publicKey
  }
  slug
  title
  price {
    ...MoneyFields
  }
  periodSeconds
  state
  version
}
fragment OutputFields on TransactionOutput {
  to {
    id
    publicKey
  }
  amount {
    ...MoneyFields
  }
}
fragment TransactionFields on Transaction {
  id
  transactionId
  kind
  status
  signer {
    id
    publicKey
  }
  outputs {
    ...OutputFields
  }
  fee {
    ...MoneyFields
  }
  block {
    ...BlockFields
  }
  rejection {
    code
    message
    rule
    detail
  }
}
fragment PreviewFields on TransactionPreview {
  kind
  summary
  outputs {
    ...OutputFields
  }
  fee {
    ...MoneyFields
  }
  spend {
    ...MoneyFields
  }
}
fragment DraftFields on TransactionDraft {
  kind
  unsignedHex
  signer {
    id
    publicKey
  }
  preview {
    ...PreviewFields
  }
  expiresAtHeight
}
fragment ErrorFields on UserError {
  __typename
  code
  message
  path
  retryable
  ... on IdempotencyConflict {
    differs
  }
  ... on InsufficientFunds {
    required
    available
  }
  ... on TransactionRejected {
    rule
    detail
  }
  ... on UploadTooLarge {
    limit
  }
  ... on PlanChanged {
    plan {
      ...PlanFields
    }
  }
  ... on DraftExpired {
    transaction {
      ...TransactionFields
    }
  }
}
fragment FileFields on ContentFile {
  name
  mediaType
  byteSize
  cid
  isEncrypted
  url
  key
}`) as unknown as TypedDocumentString<UpdateContentMutation, UpdateContentMutationVariables>;
export const HideContentDocument = new TypedDocumentString(`
    mutation HideContent($input: HideContentInput!) {
  hideContent(input: $input) {
    draft {
      ...DraftFields
    }
    errors {
      ...ErrorFields
    }
  }
}
    fragment MoneyFields on Money {
  nanos
  deso
  usdCents
}
fragment BlockFields on BlockRef {
  height
  hash
  time
}
fragment PlanFields on Plan {
  id
  creator {
    id
    publicKey
  }
  slug
  title
  price {
    ...MoneyFields
  }
  periodSeconds
  state
  version
}
fragment OutputFields on TransactionOutput {
  to {
    id
    publicKey
  }
  amount {
    ...MoneyFields
  }
}
fragment TransactionFields on Transaction {
  id
  transactionId
  kind
  status
  signer {
    id
    publicKey
  }
  outputs {
    ...OutputFields
  }
  fee {
    ...MoneyFields
  }
  block {
    ...BlockFields
  }
  rejection {
    code
    message
    rule
    detail
  }
}
fragment PreviewFields on TransactionPreview {
  kind
  summary
  outputs {
    ...OutputFields
  }
  fee {
    ...MoneyFields
  }
  spend {
    ...MoneyFields
  }
}
fragment DraftFields on TransactionDraft {
  kind
  unsignedHex
  signer {
    id
    publicKey
  }
  preview {
    ...PreviewFields
  }
  expiresAtHeight
}
fragment ErrorFields on UserError {
  __typename
  code
  message
  path
  retryable
  ... on IdempotencyConflict {
    differs
  }
  ... on InsufficientFunds {
    required
    available
  }
  ... on TransactionRejected {
    rule
    detail
  }
  ... on UploadTooLarge {
    limit
  }
  ... on PlanChanged {
    plan {
      ...PlanFields
    }
  }
  ... on DraftExpired {
    transaction {
      ...TransactionFields
    }
  }
}`) as unknown as TypedDocumentString<HideContentMutation, HideContentMutationVariables>;
export const CreateChallengeDocument = new TypedDocumentString(`
    mutation CreateChallenge($input: CreateChallengeInput!) {
  createChallenge(input: $input) {
    challenge
    expiresAt
    errors {
      ...ErrorFields
    }
  }
}
    fragment MoneyFields on Money {
  nanos
  deso
  usdCents
}
fragment BlockFields on BlockRef {
  height
  hash
  time
}
fragment PlanFields on Plan {
  id
  creator {
    id
    publicKey
  }
  slug
  title
  price {
    ...MoneyFields
  }
  periodSeconds
  state
  version
}
fragment OutputFields on TransactionOutput {
  to {
    id
    publicKey
  }
  amount {
    ...MoneyFields
  }
}
fragment TransactionFields on Transaction {
  id
  transactionId
  kind
  status
  signer {
    id
    publicKey
  }
  outputs {
    ...OutputFields
  }
  fee {
    ...MoneyFields
  }
  block {
    ...BlockFields
  }
  rejection {
    code
    message
    rule
    detail
  }
}
fragment ErrorFields on UserError {
  __typename
  code
  message
  path
  retryable
  ... on IdempotencyConflict {
    differs
  }
  ... on InsufficientFunds {
    required
    available
  }
  ... on TransactionRejected {
    rule
    detail
  }
  ... on UploadTooLarge {
    limit
  }
  ... on PlanChanged {
    plan {
      ...PlanFields
    }
  }
  ... on DraftExpired {
    transaction {
      ...TransactionFields
    }
  }
}`) as unknown as TypedDocumentString<CreateChallengeMutation, CreateChallengeMutationVariables>;
export const SignInDocument = new TypedDocumentString(`
    mutation SignIn($input: SignInInput!) {
  signIn(input: $input) {
    accessToken
    refreshToken
    expiresAt
    viewer {
      ...AccountFields
    }
    errors {
      ...ErrorFields
    }
  }
}
    fragment MoneyFields on Money {
  nanos
  deso
  usdCents
}
fragment BlockFields on BlockRef {
  height
  hash
  time
}
fragment AccountFields on Account {
  id
  publicKey
  username
  description
  balance {
    ...MoneyFields
  }
}
fragment PlanFields on Plan {
  id
  creator {
    id
    publicKey
  }
  slug
  title
  price {
    ...MoneyFields
  }
  periodSeconds
  state
  version
}
fragment OutputFields on TransactionOutput {
  to {
    id
    publicKey
  }
  amount {
    ...MoneyFields
  }
}
fragment TransactionFields on Transaction {
  id
  transactionId
  kind
  status
  signer {
    id
    publicKey
  }
  outputs {
    ...OutputFields
  }
  fee {
    ...MoneyFields
  }
  block {
    ...BlockFields
  }
  rejection {
    code
    message
    rule
    detail
  }
}
fragment ErrorFields on UserError {
  __typename
  code
  message
  path
  retryable
  ... on IdempotencyConflict {
    differs
  }
  ... on InsufficientFunds {
    required
    available
  }
  ... on TransactionRejected {
    rule
    detail
  }
  ... on UploadTooLarge {
    limit
  }
  ... on PlanChanged {
    plan {
      ...PlanFields
    }
  }
  ... on DraftExpired {
    transaction {
      ...TransactionFields
    }
  }
}`) as unknown as TypedDocumentString<SignInMutation, SignInMutationVariables>;
export const ViewerDocument = new TypedDocumentString(`
    query Viewer {
  viewer {
    ...AccountFields
  }
}
    fragment MoneyFields on Money {
  nanos
  deso
  usdCents
}
fragment AccountFields on Account {
  id
  publicKey
  username
  description
  balance {
    ...MoneyFields
  }
}`) as unknown as TypedDocumentString<ViewerQuery, ViewerQueryVariables>;
export const CreatePlanDocument = new TypedDocumentString(`
    mutation CreatePlan($input: CreatePlanInput!) {
  createPlan(input: $input) {
    draft {
      ...DraftFields
    }
    errors {
      ...ErrorFields
    }
  }
}
    fragment MoneyFields on Money {
  nanos
  deso
  usdCents
}
fragment BlockFields on BlockRef {
  height
  hash
  time
}
fragment PlanFields on Plan {
  id
  creator {
    id
    publicKey
  }
  slug
  title
  price {
    ...MoneyFields
  }
  periodSeconds
  state
  version
}
fragment OutputFields on TransactionOutput {
  to {
    id
    publicKey
  }
  amount {
    ...MoneyFields
  }
}
fragment TransactionFields on Transaction {
  id
  transactionId
  kind
  status
  signer {
    id
    publicKey
  }
  outputs {
    ...OutputFields
  }
  fee {
    ...MoneyFields
  }
  block {
    ...BlockFields
  }
  rejection {
    code
    message
    rule
    detail
  }
}
fragment PreviewFields on TransactionPreview {
  kind
  summary
  outputs {
    ...OutputFields
  }
  fee {
    ...MoneyFields
  }
  spend {
    ...MoneyFields
  }
}
fragment DraftFields on TransactionDraft {
  kind
  unsignedHex
  signer {
    id
    publicKey
  }
  preview {
    ...PreviewFields
  }
  expiresAtHeight
}
fragment ErrorFields on UserError {
  __typename
  code
  message
  path
  retryable
  ... on IdempotencyConflict {
    differs
  }
  ... on InsufficientFunds {
    required
    available
  }
  ... on TransactionRejected {
    rule
    detail
  }
  ... on UploadTooLarge {
    limit
  }
  ... on PlanChanged {
    plan {
      ...PlanFields
    }
  }
  ... on DraftExpired {
    transaction {
      ...TransactionFields
    }
  }
}`) as unknown as TypedDocumentString<CreatePlanMutation, CreatePlanMutationVariables>;
export const ClosePlanDocument = new TypedDocumentString(`
    mutation ClosePlan($input: ClosePlanInput!) {
  closePlan(input: $input) {
    draft {
      ...DraftFields
    }
    errors {
      ...ErrorFields
    }
  }
}
    fragment MoneyFields on Money {
  nanos
  deso
  usdCents
}
fragment BlockFields on BlockRef {
  height
  hash
  time
}
fragment PlanFields on Plan {
  id
  creator {
    id
    publicKey
  }
  slug
  title
  price {
    ...MoneyFields
  }
  periodSeconds
  state
  version
}
fragment OutputFields on TransactionOutput {
  to {
    id
    publicKey
  }
  amount {
    ...MoneyFields
  }
}
fragment TransactionFields on Transaction {
  id
  transactionId
  kind
  status
  signer {
    id
    publicKey
  }
  outputs {
    ...OutputFields
  }
  fee {
    ...MoneyFields
  }
  block {
    ...BlockFields
  }
  rejection {
    code
    message
    rule
    detail
  }
}
fragment PreviewFields on TransactionPreview {
  kind
  summary
  outputs {
    ...OutputFields
  }
  fee {
    ...MoneyFields
  }
  spend {
    ...MoneyFields
  }
}
fragment DraftFields on TransactionDraft {
  kind
  unsignedHex
  signer {
    id
    publicKey
  }
  preview {
    ...PreviewFields
  }
  expiresAtHeight
}
fragment ErrorFields on UserError {
  __typename
  code
  message
  path
  retryable
  ... on IdempotencyConflict {
    differs
  }
  ... on InsufficientFunds {
    required
    available
  }
  ... on TransactionRejected {
    rule
    detail
  }
  ... on UploadTooLarge {
    limit
  }
  ... on PlanChanged {
    plan {
      ...PlanFields
    }
  }
  ... on DraftExpired {
    transaction {
      ...TransactionFields
    }
  }
}`) as unknown as TypedDocumentString<ClosePlanMutation, ClosePlanMutationVariables>;
export const SubscribeDocument = new TypedDocumentString(`
    mutation Subscribe($input: SubscribeInput!) {
  subscribe(input: $input) {
    draft {
      ...DraftFields
    }
    errors {
      ...ErrorFields
    }
  }
}
    fragment MoneyFields on Money {
  nanos
  deso
  usdCents
}
fragment BlockFields on BlockRef {
  height
  hash
  time
}
fragment PlanFields on Plan {
  id
  creator {
    id
    publicKey
  }
  slug
  title
  price {
    ...MoneyFields
  }
  periodSeconds
  state
  version
}
fragment OutputFields on TransactionOutput {
  to {
    id
    publicKey
  }
  amount {
    ...MoneyFields
  }
}
fragment TransactionFields on Transaction {
  id
  transactionId
  kind
  status
  signer {
    id
    publicKey
  }
  outputs {
    ...OutputFields
  }
  fee {
    ...MoneyFields
  }
  block {
    ...BlockFields
  }
  rejection {
    code
    message
    rule
    detail
  }
}
fragment PreviewFields on TransactionPreview {
  kind
  summary
  outputs {
    ...OutputFields
  }
  fee {
    ...MoneyFields
  }
  spend {
    ...MoneyFields
  }
}
fragment DraftFields on TransactionDraft {
  kind
  unsignedHex
  signer {
    id
    publicKey
  }
  preview {
    ...PreviewFields
  }
  expiresAtHeight
}
fragment ErrorFields on UserError {
  __typename
  code
  message
  path
  retryable
  ... on IdempotencyConflict {
    differs
  }
  ... on InsufficientFunds {
    required
    available
  }
  ... on TransactionRejected {
    rule
    detail
  }
  ... on UploadTooLarge {
    limit
  }
  ... on PlanChanged {
    plan {
      ...PlanFields
    }
  }
  ... on DraftExpired {
    transaction {
      ...TransactionFields
    }
  }
}`) as unknown as TypedDocumentString<SubscribeMutation, SubscribeMutationVariables>;
export const UnsubscribeDocument = new TypedDocumentString(`
    mutation Unsubscribe($input: UnsubscribeInput!) {
  unsubscribe(input: $input) {
    draft {
      ...DraftFields
    }
    errors {
      ...ErrorFields
    }
  }
}
    fragment MoneyFields on Money {
  nanos
  deso
  usdCents
}
fragment BlockFields on BlockRef {
  height
  hash
  time
}
fragment PlanFields on Plan {
  id
  creator {
    id
    publicKey
  }
  slug
  title
  price {
    ...MoneyFields
  }
  periodSeconds
  state
  version
}
fragment OutputFields on TransactionOutput {
  to {
    id
    publicKey
  }
  amount {
    ...MoneyFields
  }
}
fragment TransactionFields on Transaction {
  id
  transactionId
  kind
  status
  signer {
    id
    publicKey
  }
  outputs {
    ...OutputFields
  }
  fee {
    ...MoneyFields
  }
  block {
    ...BlockFields
  }
  rejection {
    code
    message
    rule
    detail
  }
}
fragment PreviewFields on TransactionPreview {
  kind
  summary
  outputs {
    ...OutputFields
  }
  fee {
    ...MoneyFields
  }
  spend {
    ...MoneyFields
  }
}
fragment DraftFields on TransactionDraft {
  kind
  unsignedHex
  signer {
    id
    publicKey
  }
  preview {
    ...PreviewFields
  }
  expiresAtHeight
}
fragment ErrorFields on UserError {
  __typename
  code
  message
  path
  retryable
  ... on IdempotencyConflict {
    differs
  }
  ... on InsufficientFunds {
    required
    available
  }
  ... on TransactionRejected {
    rule
    detail
  }
  ... on UploadTooLarge {
    limit
  }
  ... on PlanChanged {
    plan {
      ...PlanFields
    }
  }
  ... on DraftExpired {
    transaction {
      ...TransactionFields
    }
  }
}`) as unknown as TypedDocumentString<UnsubscribeMutation, UnsubscribeMutationVariables>;
export const GetSubscriptionDocument = new TypedDocumentString(`
    query GetSubscription($creator: PublicKey!, $plan: Slug!) {
  account(by: {publicKey: $creator}) {
    viewerSubscription(plan: $plan) {
      ...SubscriptionFields
    }
  }
}
    fragment MoneyFields on Money {
  nanos
  deso
  usdCents
}
fragment PlanFields on Plan {
  id
  creator {
    id
    publicKey
  }
  slug
  title
  price {
    ...MoneyFields
  }
  periodSeconds
  state
  version
}
fragment SubscriptionFields on Subscription {
  id
  fan {
    id
    publicKey
  }
  creator {
    id
    publicKey
  }
  plan {
    ...PlanFields
  }
  status
  startsAt
  expiresAt
  payments {
    transaction {
      transactionId
      status
    }
    paid {
      ...MoneyFields
    }
    periods
    startsAt
    endsAt
  }
}`) as unknown as TypedDocumentString<GetSubscriptionQuery, GetSubscriptionQueryVariables>;
export const CheckAccessDocument = new TypedDocumentString(`
    query CheckAccess($to: AccessTarget!, $account: PublicKey) {
  access(to: $to, account: $account) {
    ...AccessFields
  }
}
    fragment MoneyFields on Money {
  nanos
  deso
  usdCents
}
fragment BlockFields on BlockRef {
  height
  hash
  time
}
fragment OutputFields on TransactionOutput {
  to {
    id
    publicKey
  }
  amount {
    ...MoneyFields
  }
}
fragment TransactionFields on Transaction {
  id
  transactionId
  kind
  status
  signer {
    id
    publicKey
  }
  outputs {
    ...OutputFields
  }
  fee {
    ...MoneyFields
  }
  block {
    ...BlockFields
  }
  rejection {
    code
    message
    rule
    detail
  }
}
fragment AccessFields on Access {
  granted
  reason
  expiresAt
  evidence {
    meaning
    transaction {
      ...TransactionFields
    }
  }
  checkedAt {
    ...BlockFields
  }
}`) as unknown as TypedDocumentString<CheckAccessQuery, CheckAccessQueryVariables>;
export const CreateTransactionDocument = new TypedDocumentString(`
    mutation CreateTransaction($input: CreateTransactionInput!) {
  createTransaction(input: $input) {
    draft {
      ...DraftFields
    }
    errors {
      ...ErrorFields
    }
  }
}
    fragment MoneyFields on Money {
  nanos
  deso
  usdCents
}
fragment BlockFields on BlockRef {
  height
  hash
  time
}
fragment PlanFields on Plan {
  id
  creator {
    id
    publicKey
  }
  slug
  title
  price {
    ...MoneyFields
  }
  periodSeconds
  state
  version
}
fragment OutputFields on TransactionOutput {
  to {
    id
    publicKey
  }
  amount {
    ...MoneyFields
  }
}
fragment TransactionFields on Transaction {
  id
  transactionId
  kind
  status
  signer {
    id
    publicKey
  }
  outputs {
    ...OutputFields
  }
  fee {
    ...MoneyFields
  }
  block {
    ...BlockFields
  }
  rejection {
    code
    message
    rule
    detail
  }
}
fragment PreviewFields on TransactionPreview {
  kind
  summary
  outputs {
    ...OutputFields
  }
  fee {
    ...MoneyFields
  }
  spend {
    ...MoneyFields
  }
}
fragment DraftFields on TransactionDraft {
  kind
  unsignedHex
  signer {
    id
    publicKey
  }
  preview {
    ...PreviewFields
  }
  expiresAtHeight
}
fragment ErrorFields on UserError {
  __typename
  code
  message
  path
  retryable
  ... on IdempotencyConflict {
    differs
  }
  ... on InsufficientFunds {
    required
    available
  }
  ... on TransactionRejected {
    rule
    detail
  }
  ... on UploadTooLarge {
    limit
  }
  ... on PlanChanged {
    plan {
      ...PlanFields
    }
  }
  ... on DraftExpired {
    transaction {
      ...TransactionFields
    }
  }
}`) as unknown as TypedDocumentString<CreateTransactionMutation, CreateTransactionMutationVariables>;
export const SubmitTransactionDocument = new TypedDocumentString(`
    mutation SubmitTransaction($input: SubmitTransactionInput!) {
  submitTransaction(input: $input) {
    transaction {
      ...TransactionFields
    }
    replayed
    errors {
      ...ErrorFields
    }
  }
}
    fragment MoneyFields on Money {
  nanos
  deso
  usdCents
}
fragment BlockFields on BlockRef {
  height
  hash
  time
}
fragment PlanFields on Plan {
  id
  creator {
    id
    publicKey
  }
  slug
  title
  price {
    ...MoneyFields
  }
  periodSeconds
  state
  version
}
fragment OutputFields on TransactionOutput {
  to {
    id
    publicKey
  }
  amount {
    ...MoneyFields
  }
}
fragment TransactionFields on Transaction {
  id
  transactionId
  kind
  status
  signer {
    id
    publicKey
  }
  outputs {
    ...OutputFields
  }
  fee {
    ...MoneyFields
  }
  block {
    ...BlockFields
  }
  rejection {
    code
    message
    rule
    detail
  }
}
fragment ErrorFields on UserError {
  __typename
  code
  message
  path
  retryable
  ... on IdempotencyConflict {
    differs
  }
  ... on InsufficientFunds {
    required
    available
  }
  ... on TransactionRejected {
    rule
    detail
  }
  ... on UploadTooLarge {
    limit
  }
  ... on PlanChanged {
    plan {
      ...PlanFields
    }
  }
  ... on DraftExpired {
    transaction {
      ...TransactionFields
    }
  }
}`) as unknown as TypedDocumentString<SubmitTransactionMutation, SubmitTransactionMutationVariables>;
export const GetTransactionDocument = new TypedDocumentString(`
    query GetTransaction($id: TransactionId!) {
  transaction(id: $id) {
    ...TransactionFields
  }
}
    fragment MoneyFields on Money {
  nanos
  deso
  usdCents
}
fragment BlockFields on BlockRef {
  height
  hash
  time
}
fragment OutputFields on TransactionOutput {
  to {
    id
    publicKey
  }
  amount {
    ...MoneyFields
  }
}
fragment TransactionFields on Transaction {
  id
  transactionId
  kind
  status
  signer {
    id
    publicKey
  }
  outputs {
    ...OutputFields
  }
  fee {
    ...MoneyFields
  }
  block {
    ...BlockFields
  }
  rejection {
    code
    message
    rule
    detail
  }
}`) as unknown as TypedDocumentString<GetTransactionQuery, GetTransactionQueryVariables>;
export const DecodeTransactionDocument = new TypedDocumentString(`
    query DecodeTransaction($hex: Hex!) {
  decodeTransaction(hex: $hex) {
    ...PreviewFields
  }
}
    fragment MoneyFields on Money {
  nanos
  deso
  usdCents
}
fragment OutputFields on TransactionOutput {
  to {
    id
    publicKey
  }
  amount {
    ...MoneyFields
  }
}
fragment PreviewFields on TransactionPreview {
  kind
  summary
  outputs {
    ...OutputFields
  }
  fee {
    ...MoneyFields
  }
  spend {
    ...MoneyFields
  }
}`) as unknown as TypedDocumentString<DecodeTransactionQuery, DecodeTransactionQueryVariables>;
export const GetGatewayDocument = new TypedDocumentString(`
    query GetGateway {
  gateway {
    version
    network
    committedTip {
      ...BlockFields
    }
    tipHeight
    storage {
      kind
      isHealthy
    }
    limits {
      maxPageSize
      maxFileBytes
      maxFilesPerContent
      maxUnpublishedBytes
      maxQueryDepth
      maxQueryCost
      commitWaitSeconds
    }
  }
}
    fragment BlockFields on BlockRef {
  height
  hash
  time
}`) as unknown as TypedDocumentString<GetGatewayQuery, GetGatewayQueryVariables>;