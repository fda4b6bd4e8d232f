import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { chromium, type Page } from 'playwright-core'
import { describe, it } from 'vitest'

const require = createRequire(import.meta.url)
const binary = [
  process.env.CHROMIUM_BINARY,
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
].find((path) => path !== undefined && existsSync(path))

/** A group of tests that need Chromium: named among those left out where there is none, failed in CI. */
export function describeChromium(name: string, tests: () => void): void {
  if (binary) describe(name, tests)
  else if (process.env.CI === 'true') it(`${name}: CI has Chromium`, failWithoutChromium)
  else it.skip(`${name} [needs Chromium: apt-get install chromium-headless-shell]`, () => {})
}

function failWithoutChromium(): never {
  throw new Error('There is no Chromium, so these tests did not run.')
}

/** A browser with a page of an origin of its own, on which hls.js is loaded and a video waits. */
export interface PlayerPage extends AsyncDisposable {
  page: Page
  origin: string
}

const HTML = '<!doctype html><meta charset=utf-8><script src=/hls.js></script><video muted></video>'

export async function openPlayer(): Promise<PlayerPage> {
  if (!binary) failWithoutChromium()
  const script = await readFile(require.resolve('hls.js/dist/hls.min.js'))
  const server = createServer((req, res) => {
    const isScript = req.url === '/hls.js'
    res.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' })
    res.end(isScript ? script : HTML)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const browser = await chromium.launch({
    executablePath: binary,
    // Root has no sandbox; a test has no finger to allow a film to begin.
    args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required'],
  })
  const page = await browser.newPage()
  await page.goto(origin)
  return {
    page,
    origin,
    async [Symbol.asyncDispose]() {
      await browser.close()
      server.closeAllConnections()
      server.close()
    },
  }
}
