import { Arg, Int, Resolver, Root } from 'type-graphql'
import type { Content } from '../../content/content.js'
import type { BlockRef } from '../../deso/chain.js'
import type { PublicKey } from '../../deso/keys.js'
import type { LiveEvent } from '../../live/watch.js'
import { watchChainHead } from '../../live/watch-chain-head.js'
import { watchContents } from '../../live/watch-contents.js'
import { watchSubscriptions } from '../../live/watch-subscriptions.js'
import { watchTransaction } from '../../live/watch-transaction.js'
import type { Subscription } from '../../subscription/subscription.js'
import type { TransactionView } from '../../transaction/view.js'
import { ContentObject } from '../content/content.js'
import { TransactionIdScalar } from '../scalars/identifiers.js'
import { PublicKeyType } from '../scalars/public-key.js'
import { FanSubscription } from '../subscription/subscription.js'
import { BlockRefObject } from '../transaction/block-ref.js'
import { TransactionObject } from '../transaction/transaction.js'
import { LiveField } from './live-field.js'

const FromHeightArg = () =>
  Arg('fromHeight', () => Int, {
    nullable: true,
    description:
      'To go on after a gap: the height of the last event seen (`extensions.height` of each answer). What is in that block and those above it comes first, so the last events may come twice. At most `gateway.limits.maxReplayBlocks` back, else BAD_USER_INPUT.',
  })

/**
 * The fields of Live: thin shells around what the live room watches. Arguments go to the source, which is why the
 * methods take no notice of them.
 */
@Resolver()
export class LiveResolver {
  @LiveField(() => TransactionObject, {
    source: watchTransaction,
    description:
      'A transaction as it stands now, then at each change, up to COMMITTED, REJECTED or EXPIRED, with which this completes. May be asked before it is submitted: UNKNOWN comes first then. Anybody may ask.',
  })
  transaction(
    @Root() event: LiveEvent<TransactionView>,
    @Arg('id', () => TransactionIdScalar, { description: 'Double SHA-256 of the signed bytes.' }) _id: string,
  ): TransactionObject {
    return new TransactionObject(payloadOf(event))
  }

  @LiveField(() => ContentObject, {
    source: watchContents,
    description:
      'Each content that a creator publishes, once its post is in a committed block. An edit is no new publication; what is hidden or malformed gives no event. Anybody may ask; a session adds the viewer’s part.',
  })
  contentPublished(
    @Root() event: LiveEvent<Content>,
    @Arg('creator', () => PublicKeyType, { description: 'Whose.' }) _creator: PublicKey,
    @FromHeightArg() _fromHeight?: number | null,
  ): ContentObject {
    return new ContentObject(payloadOf(event))
  }

  @LiveField(() => FanSubscription, {
    source: watchSubscriptions,
    description:
      'A subscription, as it stands then, when it was paid for, renewed or given up in a committed block. Given up, it is EXPIRED, with the time of that block as `expiresAt`. Time that runs out is no event: see `expiresAt`. Public: anybody may ask.',
  })
  subscriptionChanged(
    @Root() event: LiveEvent<Subscription>,
    @Arg('creator', () => PublicKeyType, { nullable: true, description: 'Only to this creator’s plans.' })
    _creator?: PublicKey | null,
    @Arg('fan', () => PublicKeyType, { nullable: true, description: 'Only of this fan.' })
    _fan?: PublicKey | null,
    @FromHeightArg() _fromHeight?: number | null,
  ): FanSubscription {
    return new FanSubscription(payloadOf(event))
  }

  @LiveField(() => BlockRefObject, {
    source: watchChainHead,
    description: 'The newest committed block, then each that follows, none left out. Anybody may ask.',
  })
  chainHead(
    @Root() event: LiveEvent<BlockRef>,
    @FromHeightArg() _fromHeight?: number | null,
  ): BlockRefObject {
    return new BlockRefObject(payloadOf(event))
  }
}

function payloadOf<T>({ value }: LiveEvent<T>): T {
  if (value instanceof Error) throw value
  return value
}
