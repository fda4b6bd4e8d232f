import { Router } from 'express'
import type { AppContext } from '../context.js'
import { sendJson } from './send.js'

const READY_DEADLINE_MS = 5_000

/** /healthz: the process lives. /readyz: node and storage answer, so that traffic may come. */
export function healthRoutes(app: AppContext): Router {
  return Router()
    .get('/healthz', (req, res) => sendJson(req, res, 200, { status: 'ok' }))
    .get('/readyz', async (req, res) => {
      const signal = AbortSignal.timeout(READY_DEADLINE_MS)
      const [node, storage] = await Promise.all([
        app.node.health({ signal }).catch(() => false),
        app.ipfs.isHealthy({ signal }).catch(() => false),
      ])
      await sendJson(req, res, node && storage ? 200 : 503, { ready: node && storage, node, storage })
    })
}
