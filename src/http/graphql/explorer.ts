import type { Request, Response } from 'express'
import type { AppContext } from '../../context.js'
import { VERSION } from '../../version.js'
import { send } from '../send.js'

const SANDBOX =
  'https://embeddable-sandbox.cdn.apollographql.com/_latest/embeddable-sandbox.umd.production.min.js'

/** Exactly what the page needs: Apollo's Sandbox, its frame, and this gateway. */
const CSP = [
  "default-src 'none'",
  "script-src 'unsafe-inline' https://embeddable-sandbox.cdn.apollographql.com",
  "style-src 'unsafe-inline'",
  'frame-src https://sandbox.embed.apollographql.com https://studio.apollographql.com',
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/** A browser that opens the address, not a client that asks a query. */
export function wantsPage(req: Request): boolean {
  return (
    req.method === 'GET' && req.query.query === undefined && /\btext\/html\b/.test(req.headers.accept ?? '')
  )
}

/** Apollo Sandbox; where its script cannot be loaded, the plain page beneath stays, and says so. */
export function explorerPage(app: AppContext, req: Request, res: Response): Promise<void> {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': CSP,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-cache',
  }
  return send(req, res, 200, headers, page(`${app.config.server.publicUrl}/graphql`))
}

function page(endpoint: string): string {
  const examples = curlExamples(endpoint)
    .map(({ title, command }) => `<h2>${escapeHtml(title)}</h2>\n<pre>${escapeHtml(command)}</pre>`)
    .join('\n')
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>deso-ipfs-gateway</title>
<style>
  body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: #1c1c28; background: #fafafc }
  main { max-width: 46rem; margin: 0 auto; padding: 2rem 1.25rem 4rem }
  h1 { margin: 0 } h2 { font-size: 1rem; margin: 1.75rem 0 .5rem }
  pre { background: #1c1c28; color: #f2f2f7; padding: 1rem; border-radius: 8px; overflow-x: auto; font-size: .85rem }
  .note { background: #fff4d6; border: 1px solid #f0d48a; border-radius: 8px; padding: .75rem 1rem }
  #sandbox { position: fixed; inset: 0; display: none } #sandbox iframe { border: 0 }
</style>
<main id="plain">
  <h1>deso-ipfs-gateway ${escapeHtml(VERSION)}</h1>
  <p>A GraphQL gateway that joins the DeSo blockchain and IPFS. This address answers GraphQL by POST.</p>
  <p class="note" id="note">Loading Apollo Sandbox…</p>
  ${examples}
  <p>Any GraphQL client and any explorer works with this address; the schema can be introspected.</p>
</main>
<div id="sandbox"></div>
<script>
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
    new window.EmbeddedSandbox({ target: '#sandbox', initialEndpoint: ${JSON.stringify(endpoint)}, includeCookies: false })
  }
  document.head.appendChild(script)
  setTimeout(function () { if (!window.EmbeddedSandbox) offline() }, 5000)
</script>
</html>
`
}

/** Work as they stand, and show the three steps of every action. */
function curlExamples(endpoint: string): { title: string; command: string }[] {
  const post = (query: string) =>
    `curl -s ${endpoint} -H 'content-type: application/json' -d '${JSON.stringify({ query })}'`
  return [
    {
      title: 'Which chain, how far, and what are the limits?',
      command: post(
        '{ gateway { version network tipHeight committedTip { height time } limits { maxPageSize maxFileBytes } } }',
      ),
    },
    {
      title: 'What can be asked?',
      command: post(
        '{ __schema { queryType { fields { name description } } mutationType { fields { name } } } }',
      ),
    },
    {
      title: 'Is it alive, and is it ready?',
      command: `curl -s ${endpoint.replace(/\/graphql$/, '/readyz')}`,
    },
  ]
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}
