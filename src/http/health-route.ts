import { Router } from 'express'
import type { AppContext } from '../context.js'
import { sendJson } from './send.js'

const READY_DEADLINE_MS = 5_000

/**
 * /healthz: the process lives. /readyz: storage answers, and one DeSo node at least that keeps up and can read blocks, so that
 * traffic may come; `nodes` tells the state of each, in the order of DESO_NODE_URL.
 */
export function healthRoutes(app: AppContext): Router {
  return Router()
    .get('/healthz', (req, res) => sendJson(req, res, 200, { status: 'ok' }))
    .get('/readyz', async (req, res) => {
      const signal = AbortSignal.timeout(READY_DEADLINE_MS)
      const [health, storage] = await Promise.all([
        app.node.health({ signal }).catch(() => []),
        app.ipfs.isHealthy({ signal }).catch(() => false),
      ])
      const nodes = health.map(({ state }) => state)
      const node = nodes.includes('ready')
      await sendJson(req, res, node && storage ? 200 : 503, { ready: node && storage, node, storage, nodes })
    })
}
