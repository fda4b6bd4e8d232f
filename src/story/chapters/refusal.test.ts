import { describe, expect, it } from 'vitest'
import { type Script, scriptedFetch } from '../../../test/support/scripted-session.js'
import { createClient } from '../../client/client.js'
import { createNarrator } from '../narrator.js'
import { type Scene, StoryError } from '../scene.js'
import { deadLink, refusal } from './refusal.js'

const REFUSED = { granted: false, reason: 'NOT_SUBSCRIBED' }
const release = { postHash: 'ab'.repeat(32) } as Parameters<typeof refusal>[1]

function setUp(access: object, url: string | null, bytes: () => Response) {
  const script: Script = { GetContent: () => ({ content: { viewerAccess: access, files: [{ url }] } }) }
  const graphql = scriptedFetch(script)
  const fetch: typeof globalThis.fetch = async (input, init) =>
    String(input).endsWith('/graphql') ? graphql(input, init) : bytes()
  const client = createClient({ url: 'http://gateway', fetch })
  let told = ''
  const narrator = createNarrator({ write: (text: string) => (told += text) })
  const scene = { narrator, anyone: client, signal: new AbortController().signal } as unknown as Scene
  return { client, scene, told: () => told }
}

const forbidden = () => new Response('{}', { status: 403 })
const given = () => new Response('film', { headers: { 'content-length': '4' } })

async function play(access: object, url: string | null, bytes: () => Response): Promise<string> {
  const { client, scene, told } = setUp(access, url, bytes)
  await refusal(scene, release, { client, name: 'carol', reason: 'NOT_SUBSCRIBED', status: 403 })
  return told()
}

describe('a refusal', () => {
  it('is told with its reason', async () => {
    expect(await play(REFUSED, null, forbidden)).toBe(
      '   carol sees title and teaser. Access: refused, NOT_SUBSCRIBED. The bytes: HTTP 403.\n',
    )
  })

  it.each<[string, object, string | null, () => Response, string]>([
    [
      'access is granted',
      { granted: true, reason: 'PUBLIC' },
      null,
      forbidden,
      'carol should have no access.',
    ],
    [
      'another reason is given',
      { granted: false, reason: 'EXPIRED' },
      null,
      forbidden,
      'carol is refused for EXPIRED, not for NOT_SUBSCRIBED.',
    ],
    ['a link is given', REFUSED, 'http://gateway/content/x/0', forbidden, 'carol was given a link.'],
    ['bytes are given', REFUSED, null, given, 'The gateway gave bytes to somebody without access.'],
    [
      'bytes are refused otherwise',
      REFUSED,
      null,
      () => new Response('{}', { status: 404 }),
      'carol asks for the bytes and gets HTTP 404, not 403.',
    ],
  ])('breaks the story where %s', async (_name, access, url, bytes, message) => {
    await expect(play(access, url, bytes)).rejects.toThrow(new StoryError(message))
  })

  it('breaks the story where a link outlives the subscription', async () => {
    const { scene } = setUp(REFUSED, null, given)
    await expect(deadLink(scene, 'http://gateway/content/x/0')).rejects.toBeInstanceOf(StoryError)
  })
})
