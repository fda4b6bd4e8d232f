import { Router } from 'express'
import type { AppContext } from '../context.js'
import { send } from './send.js'

/** /metrics, for Prometheus. It names no account and no content, but does tell how busy the gateway is. */
export function metricsRoute(app: AppContext): Router {
  return Router().get('/metrics', async (req, res) => {
    const { contentType, text } = await app.metrics.expose()
    await send(req, res, 200, { 'content-type': contentType }, text)
  })
}
