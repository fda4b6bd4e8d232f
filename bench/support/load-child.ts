import { createInterface } from 'node:readline'
import { Pool } from 'undici'
import type { LoadOrder, LoadResult } from './load.js'
import { quantile } from './numbers.js'

const connections = Number(process.argv[2])

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await run(JSON.parse(line) as LoadOrder)))
}

async function run({ url, body, seconds }: LoadOrder): Promise<LoadResult & { failed: number }> {
  const { origin, pathname } = new URL(url)
  const pool = new Pool(origin, { connections, pipelining: 1 })
  const times: number[] = []
  let failed = 0
  const once = () =>
    new Promise<void>((resolve) => {
      const start = performance.now()
      const fail = () => {
        failed += 1
        resolve()
      }
      const headers = { 'content-type': 'application/json', accept: 'application/json' }
      pool.dispatch(
        { path: pathname, method: 'POST', headers, body },
        {
          onRequestStart() {},
          onResponseStart(_controller, status) {
            if (status !== 200) failed += 1
          },
          onResponseData() {},
          onResponseEnd() {
            times.push(performance.now() - start)
            resolve()
          },
          onResponseError: fail,
        },
      )
    })
  const start = performance.now()
  const end = start + seconds * 1000
  const client = async () => {
    while (performance.now() < end) await once()
  }
  await Promise.all(Array.from({ length: connections }, client))
  const perSecond = times.length / ((performance.now() - start) / 1000)
  await pool.close()
  return { requests: times.length, perSecond, p50: quantile(times, 0.5), p99: quantile(times, 0.99), failed }
}
