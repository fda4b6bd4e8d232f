import type { NodeView } from '../node-view.js'
import { adminRoutes } from './admin-routes.js'
import { associationRoutes } from './association-routes.js'
import { coinRoutes } from './coin-routes.js'
import { associationConstructRoutes } from './construct-association-routes.js'
import { coinConstructRoutes } from './construct-coin-routes.js'
import { postConstructRoute } from './construct-post-route.js'
import { profileConstructRoute } from './construct-profile-route.js'
import { socialConstructRoutes } from './construct-social-routes.js'
import { transferConstructRoute } from './construct-transfer-route.js'
import { explorerRoutes } from './explorer-routes.js'
import { postRoutes } from './post-routes.js'
import type { Answer } from './reply.js'
import type { NodeRequest } from './request.js'
import { socialRoutes } from './social-routes.js'
import { stateRoutes } from './state-routes.js'
import { submitRoutes } from './submit-routes.js'
import { transactionRoutes } from './transaction-routes.js'
import { userRoutes } from './user-routes.js'
import { waitingRoutes } from './waiting-routes.js'

/** The node's routes, by path; v0 paths are also served without their prefix. */
export interface Route {
  method: 'GET' | 'POST'
  /** Ends in `/*` where the last part is a parameter. */
  path: string
  handle(node: NodeView, request: NodeRequest): Answer | Promise<Answer>
  /** Public routes take bodies of any content type. */
  takesAnyType?: boolean
  /** v1 routes say `Error` where all others say `error`. */
  isV1?: boolean
  /** Changes the chain, so that it runs on the whole of it, whatever the node shows. */
  isWrite?: boolean
  /** What the parameter must look like for the route to be there at all. */
  parameter?: RegExp
}

const ROUTES: readonly Route[] = [
  ...stateRoutes,
  ...submitRoutes,
  ...userRoutes,
  ...postRoutes,
  ...associationRoutes,
  transferConstructRoute,
  profileConstructRoute,
  postConstructRoute,
  ...associationConstructRoutes,
  ...socialRoutes,
  ...socialConstructRoutes,
  ...coinRoutes,
  ...coinConstructRoutes,
  ...adminRoutes,
  ...transactionRoutes,
  ...waitingRoutes,
  ...explorerRoutes,
]

export interface Match {
  /** Of this path, by method. */
  routes: readonly Route[]
  parameter: string
}

const V0 = '/api/v0'

/** The routes of a path, if it has any. */
export function matchPath(path: string): Match | undefined {
  for (const full of [path, `${V0}${path}`]) {
    const exact = ROUTES.filter((route) => route.path === full)
    const slash = full.lastIndexOf('/')
    const parameter = full.slice(slash + 1)
    const open = ROUTES.filter(
      (route) => route.path === `${full.slice(0, slash)}/*` && (route.parameter ?? /./).test(parameter),
    )
    if (exact.length + open.length > 0) return { routes: [...exact, ...open], parameter }
  }
  return undefined
}
