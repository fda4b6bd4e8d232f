import { decodeHex, toHex } from '../go/hex.js'
import { flag, int, list, text, uint64 } from '../go/json-fields.js'
import { GoJsonError } from '../go/json-scan.js'
import type { GoJson } from '../go/json-write.js'
import type { PostEntry } from '../ledger/entries.js'
import type { ChainView } from '../node-view.js'
import { postJson } from '../views/post.js'
import { commentsJson, parentsJson, posterJson } from '../views/post-thread.js'
import { NodeError } from './reply.js'
import { decodeBody } from './request.js'
import type { Route } from './routes.js'
import { keyOrRefuse } from './user-routes.js'

/** Reading posts (backend routes/post.go). */
export const postRoutes: Route[] = [
  {
    method: 'POST',
    path: '/api/v0/get-posts-hashhexlist',
    handle({ chain }, request) {
      const body = decodeBody(
        request,
        'GetPostsHashHexListRequest',
        {
          PostsHashHexList: list(text, '[]string'),
          ReaderPublicKeyBase58Check: text,
          OrderBy: text,
          OnlyNFTs: flag,
          OnlyPosts: flag,
        },
        'GetPostsHashHexList: Problem parsing request body',
      )
      assertList(body)
      const reader = readerOf(body, 'GetPostsHashHexList: Problem decoding reader public key: ')
      const { found, skipped } = collectPosts(chain, body.PostsHashHexList, body.OnlyNFTs, reader)
      const order = body.OrderBy === 'newest' ? -1 : 1
      if (body.OrderBy !== '') found.sort((one, other) => order * compare(one.post, other.post))
      return { PostsFound: found.map(({ json }) => json), PostsSkipped: skipped }
    },
  },
  {
    method: 'POST',
    path: '/api/v0/get-single-post',
    handle({ chain }, request) {
      const body = decodeBody(
        request,
        'GetSinglePostRequest',
        {
          PostHashHex: text,
          ReaderPublicKeyBase58Check: text,
          FetchParents: flag,
          CommentOffset: int,
          CommentLimit: int,
          ThreadLevelLimit: int,
          ThreadLeafLimit: int,
        },
        'GetSinglePost: Problem parsing request body',
      )
      const post = chain.ledger.post(postHash(body.PostHashHex, 'GetSinglePost: '))
      const reader = readerOf(body, 'GetSinglePost: Problem decoding user public key: ')
      if (!post) {
        throw new NodeError(
          400,
          `GetSinglePost: Could not find postEntry for PostHashHex: ${body.PostHashHex}`,
        )
      }
      return converting('GetSinglePost: Error creating postEntryResponse: ', () => ({
        PostFound: postJson(chain, post, {
          profile: posterJson(chain, post),
          reader,
          showsReaderState: true,
          comments: commentsJson(chain, post, {
            offset: Number(body.CommentOffset),
            limit: Math.min(Number(body.CommentLimit), MAX_COMMENTS),
            levels: Math.min(Number(body.ThreadLevelLimit), MAX_THREAD_LEVELS),
            leaves: Number(body.ThreadLeafLimit),
            reader,
          }),
          parents: body.FetchParents ? parentsJson(chain, post, reader) : [],
        }),
      }))
    },
  },
  {
    method: 'POST',
    path: '/api/v0/get-posts-for-public-key',
    handle({ chain }, request) {
      const body = decodeBody(
        request,
        'GetPostsForPublicKeyRequest',
        {
          PublicKeyBase58Check: text,
          Username: text,
          ReaderPublicKeyBase58Check: text,
          LastPostHashHex: text,
          NumToFetch: uint64,
          MediaRequired: flag,
          OnlyNFTs: flag,
          OnlyPosts: flag,
        },
        'GetPostsForPublicKey: Error parsing request body',
      )
      if (body.OnlyNFTs && body.OnlyPosts) {
        throw new NodeError(400, 'GetPostsForPublicKey: OnlyNFTs and OnlyPosts can not be enabled both')
      }
      const author = authorOf(chain, body)
      const cursor =
        body.LastPostHashHex === '' ? undefined : postHash(body.LastPostHashHex, 'GetPostsForPublicKey: ')
      const visible = body.OnlyNFTs ? [] : visiblePostsOf(chain, author, body.MediaRequired)
      const page = pageAfter(chain, visible, cursor, Number(body.NumToFetch))
      const reader = readerOf(body, 'GetPostsForPublicKey: Problem decoding reader public key: ')
      return converting('GetPostsForPublicKey: Problem converting post entry to response: ', () => ({
        Posts:
          page.length > 0
            ? page.map((post) =>
                postJson(chain, post, { reader, showsReaderState: reader !== undefined, withFeeds: true }),
              )
            : null,
        LastPostHashHex: page.at(-1)?.hash ?? '',
      }))
    },
  },
]

const MAX_LIST = 50
const MAX_COMMENTS = 30
const MAX_THREAD_LEVELS = 4

function assertList(body: {
  PostsHashHexList: string[]
  OrderBy: string
  OnlyNFTs: boolean
  OnlyPosts: boolean
}): void {
  const refuse = (problem: string) => new NodeError(400, problem)
  if (body.OnlyNFTs && body.OnlyPosts) {
    throw refuse('GetPostsStateless: OnlyNFTs and OnlyPosts can not be enabled both')
  }
  if (body.PostsHashHexList.length === 0) throw refuse('GetPostsHashHexList: PostsHashHexList is empty')
  if (body.PostsHashHexList.length > MAX_LIST) {
    throw refuse(`GetPostsHashHexList: The number of posthash is limited to ${MAX_LIST}`)
  }
  if (!['', 'newest', 'oldest'].includes(body.OrderBy)) {
    throw refuse('GetPostsHashHexList: OrderBy can be only empty, newest or oldest')
  }
}

function collectPosts(
  chain: ChainView,
  hashes: readonly string[],
  onlyNfts: boolean,
  reader: string | undefined,
) {
  const found: { post: PostEntry; json: GoJson }[] = []
  const skipped: GoJson[] = []
  const skip = (hash: string, problem: string) =>
    skipped.push({ PostHashHex: hash, Error: `GetPostsHashHexList: ${problem}` })
  for (const hash of hashes) {
    const post = chain.ledger.post(
      postHash(hash, `GetPostsHashHexList: invalid post hash hex (${hash}) provided: `),
    )
    if (!post) skip(hash, 'Post not found')
    else if (onlyNfts) skip(hash, 'OnlyNFTs is enabled, post is not an NFT')
    else {
      try {
        found.push({ post, json: postJson(chain, post, { profile: posterJson(chain, post), reader }) })
      } catch (error) {
        if (!(error instanceof GoJsonError)) throw error
        skip(hash, `Failed to convert post: ${error.message}`)
      }
    }
  }
  return { found, skipped }
}

/** Throws a refusal that begins with `caller`. */
function postHash(hex: string, caller: string): string {
  if (hex === '') throw new NodeError(400, `${caller}Must provide a PostHashHex to fetch.`)
  let reason = '<nil>'
  try {
    const bytes = decodeHex(hex)
    if (bytes.length === 32) return toHex(bytes)
  } catch (error) {
    reason = (error as Error).message
  }
  throw new NodeError(400, `${caller}Error parsing post hash ${hex}: ${reason}`)
}

function authorOf(chain: ChainView, body: { PublicKeyBase58Check: string; Username: string }): string {
  if (body.PublicKeyBase58Check !== '') {
    return keyOrRefuse(body.PublicKeyBase58Check, 'GetPostsForPublicKey: Problem decoding user public key: ')
  }
  const profile = chain.ledger.profileByUsername(body.Username)
  if (profile) return profile.account
  throw new NodeError(404, `GetPostsForPublicKey: could not find profile for username: ${body.Username}`)
}

function readerOf(body: { ReaderPublicKeyBase58Check: string }, problem: string): string | undefined {
  const key = body.ReaderPublicKeyBase58Check
  return key === '' ? undefined : keyOrRefuse(key, problem)
}

/** Newest first by the author's timestamp, without comments and hidden ones. */
function visiblePostsOf(chain: ChainView, author: string, mediaRequired: boolean): PostEntry[] {
  return chain.ledger
    .postsOf(author)
    .filter((post) => !post.isHidden && post.parentStakeId.length === 0 && (!mediaRequired || hasMedia(post)))
    .reverse()
}

function hasMedia(post: PostEntry): boolean {
  return /"(ImageURLs|VideoURLs)":\[\s*"/.test(Buffer.from(post.body).toString('utf8'))
}

/** A cursor that is not among the author's visible posts silently means the first page. */
function pageAfter(
  chain: ChainView,
  posts: readonly PostEntry[],
  cursor: string | undefined,
  limit: number,
): readonly PostEntry[] {
  if (cursor !== undefined && !chain.ledger.post(cursor)) {
    throw new NodeError(
      400,
      'GetPostsForPublicKey: Problem getting paginated posts: GetPostsPaginatedForPublicKeyOrderedByTimestamp: Invalid start post hash',
    )
  }
  const start = posts.findIndex(({ hash }) => hash === cursor) + 1
  return posts.slice(start, start + limit)
}

function compare(one: PostEntry, other: PostEntry): number {
  return one.timestampNanos < other.timestampNanos ? -1 : one.timestampNanos > other.timestampNanos ? 1 : 0
}

function converting<T>(problem: string, convert: () => T): T {
  try {
    return convert()
  } catch (error) {
    if (error instanceof GoJsonError) throw new NodeError(400, `${problem}${error.message}`)
    throw error
  }
}
