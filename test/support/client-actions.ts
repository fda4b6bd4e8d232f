import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { closePlan } from '../../src/client/actions/close-plan.js'
import { createPlan } from '../../src/client/actions/create-plan.js'
import { hideContent } from '../../src/client/actions/hide-content.js'
import { publishContent } from '../../src/client/actions/publish-content.js'
import { sendDeso } from '../../src/client/actions/send-deso.js'
import { subscribe } from '../../src/client/actions/subscribe.js'
import { unsubscribe } from '../../src/client/actions/unsubscribe.js'
import { updateContent } from '../../src/client/actions/update-content.js'
import { updateProfile } from '../../src/client/actions/update-profile.js'
import type { ActionOptions, Executed } from '../../src/client/execute.js'
import type { SessionClient } from '../../src/client/sign-in.js'
import { decodeTransaction, encodeTransaction } from '../../src/deso/codec.js'
import { publicKeyFromBytes, publicKeyOf, ZERO_KEY } from '../../src/deso/keys.js'
import { transactionId } from '../../src/deso/signature.js'
import type { Transaction } from '../../src/deso/transaction.js'
import { encodeText } from '../../src/protocol/bytes.js'
import { FAN_SEED, type Script } from './scripted-session.js'

/** Each action of the client, with the draft that an honest gateway makes for it: written out, field by field. */
export interface ClientAction {
  name: string
  run(session: SessionClient, options?: ActionOptions): Promise<Executed>
  draft: Transaction
  /** The gateway's answer with these bytes for a draft. */
  script(unsignedHex: string): Script
}

export const FAN = publicKeyOf(hexToBytes(FAN_SEED))
export const CREATOR = publicKeyOf(new Uint8Array(32).fill(0x22))
export const CREATOR_KEY = publicKeyFromBytes(CREATOR, 'testnet')
export const PLAN_VERSION = 'ab'.repeat(32)
export const RECORDS = ['c1'.repeat(32), 'c2'.repeat(32)]
export const MANIFEST = 'bafyreignn4im6mom3bo2x3ll4rbgmsxw3h3yjnprsut2pe4g7owvol372i'
const PREV = `7:${'ee'.repeat(32)}`
const NONE = new Uint8Array()

const base = {
  outputs: [],
  publicKey: FAN,
  extraData: new Map(),
  signature: NONE,
  version: 1n,
  feeNanos: 300n,
  nonce: { expirationBlockHeight: 2_648n, partialId: 12_345n },
}

function texts(entries: Record<string, string>): Map<string, Uint8Array> {
  return new Map(Object.entries(entries).map(([key, text]) => [key, encodeText(text)]))
}

const plan = {
  creator: { publicKey: CREATOR_KEY },
  slug: 'gold',
  title: 'Gold',
  price: { nanos: '1500000000' },
  periodSeconds: 2_592_000,
  version: PLAN_VERSION,
}

const GOLD = { text: 'PLAN:gold' }
const CONTENT = { postHash: 'd4'.repeat(32), title: 'The River', policy: GOLD, manifestCid: MANIFEST }

const UPDATE = { teaser: 'Now', policy: 'PLAN:silver', files: [{ name: 'kept.mp4' }] }

/** A post of 'The River'; the rest of it is the same for all. */
function postDraft(edits: string, body: string, policy: string, isHidden = false): Transaction {
  return {
    ...base,
    metadata: {
      type: 'SUBMIT_POST',
      postHashToModify: hexToBytes(edits),
      parentStakeId: NONE,
      body: encodeText(body),
      creatorBasisPoints: 1_000n,
      stakeMultipleBasisPoints: 12_500n,
      timestampNanos: BigInt(Date.now()) * 1_000_000n,
      isHidden,
    },
    extraData: texts({ DIGV: '1', DIGTITLE: 'The River', DIGMANIFEST: MANIFEST, DIGACCESS: policy }),
  }
}

const association = { type: 'CREATE_USER_ASSOCIATION', appPublicKey: ZERO_KEY } as const
const planRecord = {
  ...association,
  targetPublicKey: FAN,
  associationType: encodeText('DIG:PLAN'),
  associationValue: encodeText('gold'),
}

export const CLIENT_ACTIONS: readonly ClientAction[] = [
  {
    name: 'sendDeso',
    run: (session, options) => sendDeso(session, { to: CREATOR_KEY, amountNanos: 42n, ...options }),
    draft: {
      ...base,
      outputs: [{ publicKey: CREATOR, amountNanos: 42n }],
      metadata: { type: 'BASIC_TRANSFER' },
    },
    script: (hex) => script('CreateTransaction', 'createTransaction', hex),
  },
  {
    name: 'updateProfile',
    run: (session, options) =>
      updateProfile(session, { username: 'river', description: 'Films', ...options }),
    draft: {
      ...base,
      metadata: {
        type: 'UPDATE_PROFILE',
        profilePublicKey: NONE,
        newUsername: encodeText('river'),
        newDescription: encodeText('Films'),
        newProfilePic: NONE,
        newCreatorBasisPoints: 10_000n,
        newStakeMultipleBasisPoints: 12_500n,
        isHidden: false,
      },
    },
    script: (hex) => script('CreateTransaction', 'createTransaction', hex),
  },
  {
    name: 'createPlan',
    run: (session, options) =>
      createPlan(session, {
        slug: 'gold',
        title: 'Gold',
        priceNanos: 1_500_000_000n,
        periodSeconds: 2_592_000,
        ...options,
      }),
    draft: {
      ...base,
      metadata: planRecord,
      extraData: texts({
        V: '1',
        PRICENANOS: '1500000000',
        PERIODSECONDS: '2592000',
        TITLE: 'Gold',
        STATE: 'OPEN',
        PREV,
      }),
    },
    script: (hex) => script('CreatePlan', 'createPlan', hex),
  },
  {
    name: 'closePlan',
    run: (session, options) => closePlan(session, { plan, ...options }),
    draft: {
      ...base,
      metadata: planRecord,
      extraData: texts({
        V: '1',
        PRICENANOS: '1500000000',
        PERIODSECONDS: '2592000',
        TITLE: 'Gold',
        STATE: 'CLOSED',
        PREV: `5:${PLAN_VERSION}`,
      }),
    },
    script: (hex) => script('ClosePlan', 'closePlan', hex),
  },
  {
    name: 'subscribe',
    run: (session, options) => subscribe(session, { plan, periods: 3, ...options }),
    draft: {
      ...base,
      outputs: [{ publicKey: CREATOR, amountNanos: 4_500_000_000n }],
      metadata: {
        ...association,
        targetPublicKey: CREATOR,
        associationType: encodeText('DIG:SUBSCRIPTION'),
        associationValue: encodeText('gold'),
      },
      extraData: texts({ V: '1', PLAN: `5:${PLAN_VERSION}`, PERIODS: '3', PREV }),
    },
    script: (hex) => script('Subscribe', 'subscribe', hex),
  },
  {
    name: 'unsubscribe',
    run: (session, options) =>
      unsubscribe(session, {
        subscription: {
          creator: { publicKey: CREATOR_KEY },
          plan: { slug: 'gold' },
          payments: RECORDS.map((transactionId) => ({ transaction: { transactionId } })),
        },
        ...options,
      }),
    draft: {
      ...base,
      metadata: { type: 'DELETE_USER_ASSOCIATION', associationId: hexToBytes(RECORDS[0] ?? '') },
    },
    script: (hex) => script('Unsubscribe', 'unsubscribe', hex),
  },
  {
    name: 'publishContent',
    run: (session, options) =>
      publishContent(session, {
        title: 'The River',
        teaser: 'From the “spring”',
        policy: 'PLAN:gold',
        files: [{ name: 'film.mp4', data: new Blob(['film']) }],
        ...options,
      }),
    draft: postDraft('', '{"Body":"From the “spring”"}', 'PLAN:gold'),
    script: (hex) => script('PublishContent', 'publishContent', hex, { manifestCid: MANIFEST, files: [] }),
  },
  {
    name: 'updateContent',
    run: (session, options) => updateContent(session, { content: CONTENT, ...UPDATE, ...options }),
    draft: postDraft(CONTENT.postHash, '{"Body":"Now"}', 'PLAN:silver'),
    script: (hex) => script('UpdateContent', 'updateContent', hex, { manifestCid: MANIFEST, files: [] }),
  },
  {
    name: 'hideContent',
    run: (session, options) => hideContent(session, { content: CONTENT, ...options }),
    draft: postDraft(CONTENT.postHash, '', 'PLAN:gold', true),
    script: (hex) => script('HideContent', 'hideContent', hex),
  },
]

export function actionNamed(name: string): ClientAction {
  const action = CLIENT_ACTIONS.find((each) => each.name === name)
  if (!action) throw new Error(`no action ${name}`)
  return action
}

export function hexOf(transaction: Transaction): string {
  return bytesToHex(encodeTransaction(transaction))
}

/** A draft of these bytes; what is submitted is committed. */
function script(operation: string, field: string, unsignedHex: string, more: object = {}): Script {
  return {
    [operation]: () => ({ [field]: { draft: { unsignedHex }, errors: [], ...more } }),
    SubmitTransaction: ({ input }) => {
      const { signedHex } = input as { signedHex: string }
      return { submitTransaction: { transaction: committed(signedHex), replayed: false, errors: [] } }
    },
  }
}

export function committed(signedHex: string) {
  const bytes = hexToBytes(signedHex)
  decodeTransaction(bytes)
  return { transactionId: transactionId(bytes), status: 'COMMITTED' }
}
