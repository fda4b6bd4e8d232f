import { expectUpdateProfile } from '../checks/update-profile.js'
import { type ActionOptions, type Executed, execute } from '../execute.js'
import { CreateTransactionDocument } from '../generated.js'
import type { SessionClient } from '../sign-in.js'

export interface UpdateProfileOptions extends ActionOptions {
  /** What is not given stays; a first profile needs a username. */
  username?: string
  description?: string
  /** A data URL of an image in base64. */
  picture?: string
  /**
   * The creator's share of their own coin, which DeSo has repeated in every change: 10,000 (all) unless given. State
   * yours, or the draft is refused, as nobody should change it unasked.
   */
  creatorBasisPoints?: number
  /** Whether the profile is hidden, likewise; false unless given. */
  isHidden?: boolean
}

/**
 * Makes or changes the signer's profile.
 *
 * @example
 * await updateProfile(session, { username: 'alice', description: 'Films about rivers' })
 */
export async function updateProfile(
  session: SessionClient,
  options: UpdateProfileOptions,
): Promise<Executed> {
  const { creatorBasisPoints = 10_000, isHidden = false } = options
  const fields = fieldsOf(options)
  return execute(
    session,
    {
      async draft(idempotencyKey) {
        const updateProfile = { ...fields, signer: session.publicKey, idempotencyKey }
        const answer = await session.request(CreateTransactionDocument, { input: { updateProfile } }, options)
        return answer.createTransaction
      },
      expect: () => expectUpdateProfile({ ...fields, creatorBasisPoints, isHidden }),
    },
    options,
  )
}

function fieldsOf({ username, description, picture }: UpdateProfileOptions) {
  return {
    ...(username !== undefined && { username }),
    ...(description !== undefined && { description }),
    ...(picture !== undefined && { picture }),
  }
}
