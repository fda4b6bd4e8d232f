import { encodeText } from '../../protocol/bytes.js'
import type { Expectation } from '../check-draft.js'

export interface ProfileChange {
  /** What is not given stays, which the chain writes as empty. */
  username?: string
  description?: string
  picture?: string
  /** Of the creator's coin, as they are and stay: DeSo has them repeated in every change. */
  creatorBasisPoints: number
  isHidden: boolean
}

/** Without meaning by now, but consensus wants more than 10,000. */
const STAKE_MULTIPLE_BASIS_POINTS = 12_500n

/** The fee for a first profile is the chain's own and in no bytes; nothing else leaves the balance. */
export function expectUpdateProfile(change: ProfileChange): Expectation {
  const { username = '', description = '', picture = '', creatorBasisPoints, isHidden } = change
  const said = Object.entries({ username, description }).filter(([, text]) => text !== '')
  const words = said.map(([name, text]) => `${name} ${JSON.stringify(text)}`)
  return {
    asked: `set in the profile: ${[...words, ...(picture ? ['the picture'] : [])].join(', ') || 'nothing'}`,
    effects: () => ({
      outputs: [],
      metadata: {
        type: 'UPDATE_PROFILE',
        profilePublicKey: new Uint8Array(),
        newUsername: encodeText(username),
        newDescription: encodeText(description),
        newProfilePic: encodeText(picture),
        newCreatorBasisPoints: BigInt(creatorBasisPoints),
        newStakeMultipleBasisPoints: STAKE_MULTIPLE_BASIS_POINTS,
        isHidden,
      },
      extraData: new Map(),
    }),
  }
}
