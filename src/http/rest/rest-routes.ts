import type { ApolloServer } from '@apollo/server'
import { type Request, type Response, Router } from 'express'
import { openFile } from '../../content/open-file.js'
import type { AppContext, RequestContext } from '../../context.js'
import { encodeGlobalId } from '../../graphql/relay/global-id.js'
import { answerError } from '../answer-error.js'
import { sendFile } from '../content/send-file.js'
import { HttpError } from '../http-error.js'
import { readJsonObject } from '../read-body.js'
import { createRequestContext } from '../request-context.js'
import { sendJson } from '../send.js'
import { createExecute, type Execute, type RestAnswer } from './execute.js'
import { readUploadContent } from './upload-content.js'

/** POST endpoints whose body is the operation's input: path, document, root field. */
const MUTATIONS = [
  ['/subscribe', 'Subscribe', 'subscribe'],
  ['/unsubscribe', 'Unsubscribe', 'unsubscribe'],
  ['/transaction/create', 'CreateTransaction', 'createTransaction'],
  ['/transaction/submit', 'SubmitTransaction', 'submitTransaction'],
  ['/sign-in/challenge', 'CreateChallenge', 'createChallenge'],
  ['/sign-in', 'SignIn', 'signIn'],
] as const

/** REST: each endpoint executes one document of schema/operations, so that it can do and refuse what GraphQL does. */
export function restRoutes(app: AppContext, server: ApolloServer<RequestContext>): Router {
  const execute = createExecute(server)
  const router = Router()
  const route =
    (handle: (ctx: RequestContext, req: Request, res: Response) => Promise<void>, deadline = true) =>
    async (req: Request, res: Response) => {
      try {
        await handle(await createRequestContext(app, req, res, { deadline }), req, res)
      } catch (error) {
        await answerError(app, req, res, error)
      }
    }
  for (const [path, operation, field] of MUTATIONS) {
    router.post(
      path,
      route(async (ctx, req, res) => {
        const input = await readJsonObject(req)
        await answer(req, res, await execute(ctx, operation, field, { input }))
      }),
    )
  }
  router.post(
    '/upload-content',
    route((ctx, req, res) => uploadContent(execute, ctx, req, res), false),
  )
  router.get(
    '/check-access',
    route((ctx, req, res) => checkAccess(execute, ctx, req, res)),
  )
  router.get(
    '/fetch-content',
    route((ctx, req, res) => fetchContent(execute, ctx, req, res), false),
  )
  return router
}

async function uploadContent(
  execute: Execute,
  ctx: RequestContext,
  req: Request,
  res: Response,
): Promise<void> {
  const input = await readUploadContent(req, ctx.app.config.limits.maxFilesPerContent)
  await answer(req, res, await execute(ctx, 'PublishContent', 'publishContent', { input }))
}

async function checkAccess(
  execute: Execute,
  ctx: RequestContext,
  req: Request,
  res: Response,
): Promise<void> {
  const variables = { to: accessTarget(req), account: param(req, 'account') }
  await answer(
    req,
    res,
    notNull(await execute(ctx, 'CheckAccess', 'access', variables), 'There is no such content or plan.'),
  )
}

/** Global ids, or the natural keys. */
function accessTarget(req: Request): { content?: string; plan?: string } {
  const [content, plan, postHash] = [param(req, 'content'), param(req, 'plan'), param(req, 'postHash')]
  const [creator, slug] = [param(req, 'creator'), param(req, 'slug')]
  const targets = [
    content && { content },
    plan && { plan },
    postHash && { content: encodeGlobalId('Content', postHash) },
    creator && slug && { plan: encodeGlobalId('Plan', creator, slug) },
  ].filter((target) => typeof target === 'object')
  if (targets.length === 1 && targets[0]) return targets[0]
  throw new HttpError(400, 'BAD_USER_INPUT', 'Give one of content, plan, postHash, or creator and slug.')
}

async function fetchContent(
  execute: Execute,
  ctx: RequestContext,
  req: Request,
  res: Response,
): Promise<void> {
  const postHash = param(req, 'postHash')
  if (!postHash) throw new HttpError(400, 'BAD_USER_INPUT', 'Give postHash.')
  const file = param(req, 'file')
  if (file === undefined || !/^[0-9a-f]{64}$/.test(postHash)) {
    const result = await execute(ctx, 'GetContent', 'content', { postHash })
    return answer(req, res, notNull(result, 'There is no such content.'))
  }
  await sendFile(req, res, await openFile(ctx, { postHash, file, account: ctx.viewer }), ctx.signal)
}

function notNull(result: RestAnswer, message: string): RestAnswer {
  if (result.status !== 200 || result.body !== null) return result
  throw new HttpError(404, 'NOT_FOUND', message)
}

function answer(req: Request, res: Response, { status, body }: RestAnswer): Promise<void> {
  return sendJson(req, res, status, body)
}

function param(req: Request, name: string): string | undefined {
  const value = req.query[name]
  if (value === undefined || typeof value === 'string') return value
  throw new HttpError(400, 'BAD_USER_INPUT', `Give ${name} once.`)
}
