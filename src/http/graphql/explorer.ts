import { createHash } from 'node:crypto'
import type { Request, Response } from 'express'
import type { AppContext } from '../../context.js'
import { VERSION } from '../../version.js'
import { send } from '../send.js'
import { curlExamples } from './curl-examples.js'

const SANDBOX =
  'https://embeddable-sandbox.cdn.apollographql.com/_latest/embeddable-sandbox.umd.production.min.js'

const STYLE = `
  body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: #1c1c28; background: #fafafc }
  main { max-width: 46rem; margin: 0 auto; padding: 2rem 1.25rem 4rem }
  h1 { margin: 0 } h2 { font-size: 1rem; margin: 1.75rem 0 .5rem }
  pre { background: #1c1c28; color: #f2f2f7; padding: 1rem; border-radius: 8px; margin: 0 }
  pre { font-size: .85rem; white-space: pre-wrap; overflow-wrap: anywhere }
  .note { background: #fff4d6; border: 1px solid #f0d48a; border-radius: 8px; padding: .75rem 1rem }
  #sandbox { position: fixed; inset: 0; display: none }
  #sandbox iframe { border: 0; width: 100%; height: 100% }
`

/** The Sandbox asks the address that the page was opened at, so that the page's policy allows it. */
const SCRIPT = `
  var note = document.getElementById('note')
  function offline() {
    note.textContent = 'Apollo Sandbox could not be loaded from the internet, so this plain page is all there is. The gateway itself works: try the commands below.'
  }
  var script = document.createElement('script')
  script.src = ${JSON.stringify(SANDBOX)}
  script.onerror = offline
  script.onload = function () {
    document.getElementById('plain').style.display = 'none'
    document.getElementById('sandbox').style.display = 'block'
    new window.EmbeddedSandbox({
      target: '#sandbox',
      initialEndpoint: location.origin + location.pathname,
      includeCookies: false,
    })
  }
  document.head.appendChild(script)
  setTimeout(function () { if (!window.EmbeddedSandbox) offline() }, 5000)
`

/** Exactly what the page needs: its own script, Apollo's Sandbox with its frame, and this gateway. */
const CSP = [
  "default-src 'none'",
  `script-src '${hashOf(SCRIPT)}' https://embeddable-sandbox.cdn.apollographql.com`,
  "style-src 'unsafe-inline'",
  'frame-src https://sandbox.embed.apollographql.com https://studio.apollographql.com',
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** A browser that opens the address, not a client that asks a query. */
export function wantsPage(req: Request): boolean {
  return (
    ['GET', 'HEAD'].includes(req.method) &&
    req.query.query === undefined &&
    /\btext\/html\b/.test(req.headers.accept ?? '')
  )
}

/** Apollo Sandbox; where its script cannot be loaded, the plain page beneath stays, and says so. */
export function explorerPage(app: AppContext, req: Request, res: Response): Promise<void> {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': CSP,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-cache',
    vary: 'Accept',
  }
  return send(req, res, 200, headers, page(app.config.server.publicUrl))
}

function page(publicUrl: string): string {
  const examples = curlExamples(publicUrl)
    .map(({ title, command }) => `<h2>${escapeHtml(title)}</h2>\n<pre>${escapeHtml(command)}</pre>`)
    .join('\n')
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>deso-ipfs-gateway</title>
<style>${STYLE}</style>
<main id="plain">
  <h1>deso-ipfs-gateway ${escapeHtml(VERSION)}</h1>
  <p>A GraphQL gateway that joins the DeSo blockchain and IPFS. This address answers GraphQL by POST.</p>
  <p class="note" id="note">Loading Apollo Sandbox from the internet…</p>
  ${examples}
  <p>Any GraphQL client and any explorer works with this address; the schema can be introspected.</p>
</main>
<div id="sandbox"></div>
<script>${SCRIPT}</script>
</html>
`
}

function hashOf(script: string): string {
  return `sha256-${createHash('sha256').update(script).digest('base64')}`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}
