// biome-ignore-all lint/performance/noBarrelFile: the package's entry, the one place where its names meet
/** The SDK's entry: typed operations, signers, and each action in one call. */
export * from './actions/close-plan.js'
export * from './actions/create-plan.js'
export * from './actions/hide-content.js'
export * from './actions/publish-content.js'
export * from './actions/send-deso.js'
export * from './actions/subscribe.js'
export * from './actions/unsubscribe.js'
export * from './actions/update-content.js'
export * from './actions/update-profile.js'
export { payloadOf } from './answer.js'
export { type Client, type ClientOptions, createClient } from './client.js'
export * from './errors.js'
export type { ActionOptions, Executed } from './execute.js'
export { contentUrl, type FetchedFile, type FetchFileOptions, fetchFile } from './fetch-file.js'
export * from './generated.js'
export type { IpfsOptions } from './ipfs/block-source.js'
export * from './ipfs/errors.js'
export {
  type IpfsContent,
  type IpfsFile,
  type Reader,
  type ReadOptions,
  readContent,
} from './ipfs/read-file.js'
export type { ContentSeen, PlanSeen, SubscriptionSeen } from './seen.js'
export { type SessionClient, signIn } from './sign-in.js'
export { type Signer, seedSigner } from './signer.js'
export type { FileThere, UploadFile } from './upload/upload-file.js'
export type { UploadProgress } from './upload/upload-request.js'
