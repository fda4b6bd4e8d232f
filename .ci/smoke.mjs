// Runs what a deployment runs: dist, schema and package files alone, production dependencies alone, killed and started
// again on the same data, then stopped. Exits 1 with a reason where something is not as it should be.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

const READY_SECONDS = 30
const STOP_SECONDS = 15

const root = mkdtempSync(join(tmpdir(), 'smoke-'))
const running = new Set()
try {
  install()
  const [port, devchainPort] = await freePorts(2)
  const url = `http://127.0.0.1:${port}`
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    PORT: `${port}`,
    DEVCHAIN_PORT: `${devchainPort}`,
    DATA_DIR: join(root, 'data'),
  }
  const first = startGateway(env)
  await untilReady(url, first)
  await checkAnswers(url)
  const other = { ...env, PORT: '0', DEVCHAIN_PORT: '0', DATA_DIR: join(root, 'other') }
  checkRefused({ ...other, DATA_DIR: env.DATA_DIR }, /^.* is in use by process \d+: .*\n$/)
  checkRefused({ ...other, PORT: env.PORT }, /^Port \d+ is in use: .* PORT .*\n$/)
  checkRefused({ ...other, DEVCHAIN_PORT: env.DEVCHAIN_PORT }, /^Port \d+ is in use: .* DEVCHAIN_PORT .*\n$/)
  first.kill('SIGKILL')
  await once(first, 'exit')

  const second = startGateway(env)
  await untilReady(url, second)
  await checkAnswers(url)
  second.kill('SIGTERM')
  const [code] = await Promise.race([once(second, 'exit'), tooLate(STOP_SECONDS, 'to stop')])
  assert.equal(code, 0, 'the exit code after SIGTERM')
  console.log('The built gateway starts, answers, outlives a kill and stops.')
} finally {
  for (const child of running) child.kill('SIGKILL')
  rmSync(root, { recursive: true, force: true })
}

function install() {
  for (const name of ['dist', 'package.json', 'package-lock.json', 'schema', 'scripts']) {
    cpSync(name, join(root, name), { recursive: true })
  }
  const args = ['ci', '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund']
  const { status } = spawnSync('npm', args, { cwd: root, stdio: 'inherit' })
  assert.equal(status, 0, 'the exit code of npm ci --omit=dev')
}

function startGateway(env) {
  const child = spawn(process.execPath, ['scripts/start.mjs'], {
    cwd: root,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

async function untilReady(url, child) {
  const deadline = Date.now() + READY_SECONDS * 1000
  while (Date.now() < deadline) {
    assert.equal(child.exitCode, null, 'the gateway ended instead of becoming ready')
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5000) }).catch(
      () => undefined,
    )
    if (response?.status === 200) return
    await setTimeout(100)
  }
  throw new Error(`The gateway was not ready after ${READY_SECONDS} s.`)
}

async function checkAnswers(url) {
  const health = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(5000) })
  assert.equal(health.status, 200, 'the status of /healthz')
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ gateway { network storage { isHealthy } } }' }),
    signal: AbortSignal.timeout(10_000),
  })
  assert.deepEqual(await response.json(), {
    data: { gateway: { network: 'TESTNET', storage: { isHealthy: true } } },
  })
}

/** One clear line and exit code 1. */
function checkRefused(env, line) {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/start.mjs'], {
    cwd: root,
    env,
    encoding: 'utf8',
    timeout: READY_SECONDS * 1000,
  })
  assert.match(stderr, line)
  assert.equal(status, 1, 'the exit code of a gateway that cannot start')
}

async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => server.address().port)
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}

async function tooLate(seconds, what) {
  await setTimeout(seconds * 1000, undefined, { ref: false })
  throw new Error(`The gateway took more than ${seconds} s ${what}.`)
}
