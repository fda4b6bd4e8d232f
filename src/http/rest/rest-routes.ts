import type { ApolloServer } from '@apollo/server'
import { type Request, type RequestHandler, type Response, Router } from 'express'
import { ContentNotFoundError } from '../../content/errors.js'
import { openFile } from '../../content/open-file.js'
import type { AppContext, RequestContext } from '../../context.js'
import { GatewayError } from '../../errors.js'
import { answerError } from '../answer-error.js'
import { savingOptions } from '../content/saving-options.js'
import { sendFile } from '../content/send-file.js'
import { HttpError } from '../http-error.js'
import { readJsonObject } from '../read-body.js'
import { createRequestContext } from '../request-context.js'
import { sendJson } from '../send.js'
import { statusOf } from '../status-of.js'
import { createExecute, type Execute, type RestAnswer } from './execute.js'
import { accessTarget, badInput, checkPostHash, param } from './parameters.js'
import { readUploadContent } from './upload-content.js'

/** POST endpoints whose body is the operation's input: path, document, root field. */
const MUTATIONS = [
  ['/subscribe', 'Subscribe', 'subscribe'],
  ['/unsubscribe', 'Unsubscribe', 'unsubscribe'],
  ['/update-content', 'UpdateContent', 'updateContent'],
  ['/hide-content', 'HideContent', 'hideContent'],
  ['/transaction/create', 'CreateTransaction', 'createTransaction'],
  ['/transaction/submit', 'SubmitTransaction', 'submitTransaction'],
  ['/sign-in/challenge', 'CreateChallenge', 'createChallenge'],
  ['/sign-in', 'SignIn', 'signIn'],
] as const

/** What uploads brought may be large. */
const TAKES_LONG: readonly string[] = ['/update-content']

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
    const run = route(async (ctx, req, res) => {
      const input = await readJsonObject(req)
      await answer(req, res, await execute(ctx, operation, field, { input }))
    }, !TAKES_LONG.includes(path))
    router.route(path).post(run).all(onlyFor(app, 'POST'))
  }
  router
    .route('/upload-content')
    .post(route((ctx, req, res) => uploadContent(execute, ctx, req, res), false))
    .all(onlyFor(app, 'POST'))
  router
    .route('/check-access')
    .get(route((ctx, req, res) => checkAccess(execute, ctx, req, res)))
    .all(onlyFor(app, 'GET, HEAD'))
  router
    .route('/fetch-content')
    .get(route((ctx, req, res) => fetchContent(execute, ctx, req, res), false))
    .all(onlyFor(app, 'GET, HEAD'))
  return router
}

/** Answers the methods that an endpoint does not have. */
function onlyFor(app: AppContext, methods: string): RequestHandler {
  return (req, res) => {
    res.setHeader('allow', methods)
    return answerError(app, req, res, new HttpError(405, 'BAD_REQUEST', `This endpoint is for ${methods}.`))
  }
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
  const to = accessTarget(req.query, ctx.app.config.deso.network)
  const result = await execute(ctx, 'CheckAccess', 'access', { to, account: param(req.query, 'account') })
  const noPlan = new GatewayError('PLAN_NOT_FOUND', 'There is no such plan.')
  await answer(req, res, whole(result, to.plan === undefined ? new ContentNotFoundError() : noPlan))
}

async function fetchContent(
  execute: Execute,
  ctx: RequestContext,
  req: Request,
  res: Response,
): Promise<void> {
  const postHash = param(req.query, 'postHash')
  if (postHash === undefined) throw badInput('postHash: give it.')
  checkPostHash(postHash)
  const file = param(req.query, 'file')
  if (file === undefined) {
    const result = await execute(ctx, 'GetContent', 'content', { postHash })
    return answer(req, res, whole(result, new ContentNotFoundError()))
  }
  const saving = savingOptions(req.query)
  await sendFile(req, res, await openFile(ctx, { postHash, file, account: ctx.viewer }), ctx.signal, saving)
}

/** A bare object has no room for errors beside it: it comes whole, or not. */
function whole({ status, body, errors }: RestAnswer, notFound: Error): RestAnswer {
  if (errors[0]) return { status: statusOf(errors[0].code), body: { errors }, errors }
  if (body === null) throw notFound
  return { status, body, errors }
}

function answer(req: Request, res: Response, { status, body }: RestAnswer): Promise<void> {
  return sendJson(req, res, status, body)
}
