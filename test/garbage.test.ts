import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { CID } from 'multiformats/cid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../src/config/config.js'
import { collectGarbage } from '../src/gc/gc.js'
import { readOptions } from '../src/gc/options.js'
import { call } from './support/http.js'
import { publish, publishParts, sendGraphql, upload } from './support/library.js'
import { Samples } from './support/samples.js'
import { hide } from './support/versions.js'
import { openWorld, type World } from './support/world.js'

const DAY = 86_400

describe('garbage', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld({ env: { GC_INTERVAL_SECONDS: '0' } })
  })
  afterAll(async () => world[Symbol.asyncDispose]())

  const gc = (...args: string[]) => {
    const options = readOptions(args)
    if (!options) throw new Error('no options')
    return collectGarbage(world.gateway.app.config, options)
  }
  const breakOff = async (bytes: string) => {
    const token = await world.signIn(world.person('bob'))
    const twice = { name: 'twice', bytes }
    const answer = await sendGraphql(
      world,
      publishParts({ files: [twice, { ...twice, bytes: 'other' }] }),
      token,
    )
    expect(answer.body.data.publishContent.errors).toMatchObject([{ code: 'INVALID_INPUT' }])
  }

  it('is collected by the command alone where no gateway runs, unfinished writes too', async () => {
    const kept = await publish(world, world.person('alice'), {
      files: [{ name: 'kept', bytes: 'stays, too' }],
      policy: 'PUBLIC',
    })
    await breakOff('goes with 0 s')
    await world.gateway.close()
    const temp = join(world.gateway.app.config.dataDir, 'ipfs/tmp/left')
    await writeFile(temp, 'half a block')
    const result =
      /^Removed 0 blocks, 0 bytes\.\nKept \d+ blocks of \d+ pins, and [1-9] stored within the last 259200 s/
    expect(await gc('--grace-seconds', `${3 * DAY}`, '--dry-run')).toMatch(/^Would remove 0 blocks/)
    expect(existsSync(temp)).toBe(true)
    expect(await gc('--grace-seconds', `${3 * DAY}`)).toMatch(result)
    expect(existsSync(temp)).toBe(false)
    expect(await gc('--grace-seconds=0')).toMatch(/^Removed \d+ blocks/)
    await world.restart()
    expect((await call(world, `/content/${kept.postHash}/0`)).text).toBe('stays, too')
  })

  it('of a failed upload stays for the grace, and goes with the next collection; what is published stays', async () => {
    const kept = await publish(world, world.person('alice'), { files: [{ name: 'kept', bytes: 'stays' }] })
    await breakOff('goes')
    expect(await gc()).toContain('Removed 0 blocks, 0 bytes.')
    world.clock.forward(DAY + 1)

    const before = await Samples.of(world)
    const [, blocks, bytes] = /Would remove (\d+) blocks, (\d+) bytes/.exec(await gc('--dry-run')) ?? []
    expect(Number(blocks)).toBeGreaterThan(0)
    expect(await gc()).toContain(
      `The gateway that runs (process ${process.pid}) did it.\nRemoved ${blocks} blocks, ${bytes} bytes.`,
    )
    const after = await Samples.of(world)
    expect(after.sum('gateway_gc_blocks_total') - before.sum('gateway_gc_blocks_total')).toBe(Number(blocks))
    expect(after.sum('gateway_gc_bytes_total') - before.sum('gateway_gc_bytes_total')).toBe(Number(bytes))
    expect(after.sum('gateway_gc_runs_total', { outcome: 'OK' })).toBeGreaterThan(0)
    expect((await call(world, `/content/${kept.postHash}/0`)).text).toBe('stays')
  })

  it('is what a hidden content alone named, and never what another still names', async () => {
    const creator = world.person('dave')
    const shared = { name: 'shared', bytes: 'in both contents' }
    const own = { name: 'own', bytes: 'in the hidden one alone' }
    const hidden = await publish(world, creator, { files: [shared, own] })
    const stays = await publish(world, creator, { files: [shared] })
    const held = (cids: string[]) =>
      Promise.all(cids.map((cid) => world.gateway.app.ipfs.has(CID.parse(cid))))
    const of = [hidden.manifestCid, hidden.files[1].cid, hidden.files[0].cid, stays.manifestCid]
    const { draft } = await hide(world, await world.signIn(creator), { postHash: hidden.postHash })
    await world.submit(draft.unsignedHex, creator)
    await world.gateway.app.pins.look()
    world.clock.forward(DAY + 1)
    await gc()
    expect(await held(of)).toEqual([false, false, true, true])
    expect((await call(world, `/content/${stays.postHash}/0`)).text).toBe('in both contents')
  })

  it('does not touch what an upload under way has stored, whatever the grace', async () => {
    const token = await world.signIn(world.person('carol'))
    const uploads = Array.from({ length: 8 }, (_, i) =>
      upload(world, token, {
        files: [
          { name: 'a', bytes: `a ${i}` },
          { name: 'b', bytes: `b ${i}` },
        ],
      }),
    )
    for (let i = 0; i < 20; i++) {
      await gc('--grace-seconds=0')
      await setTimeout(2)
    }
    for (const { errors, files } of await Promise.all(uploads)) {
      expect(errors).toEqual([])
      for (const { cid } of files) expect(await world.gateway.app.ipfs.has(CID.parse(cid))).toBe(true)
    }
  })

  it('is told to be elsewhere where there is no store, and by whom the place is held that does not answer', async () => {
    const config = loadConfig({ DATA_DIR: '/nowhere' })
    await expect(collectGarbage(config, { dryRun: false, graceSeconds: null })).rejects.toThrow(
      'There is no IPFS store at /nowhere/ipfs: DATA_DIR names another place.',
    )
    const onKubo = loadConfig({ KUBO_RPC_URL: 'http://127.0.0.1:5001' })
    expect(await collectGarbage(onKubo, { dryRun: false, graceSeconds: null })).toContain(
      'which collects its own',
    )
    expect(readOptions(['--grace-seconds', '-1'])).toBeNull()
    expect(readOptions(['--all'])).toBeNull()
  })
})
