import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { announce, bearer, makePlan, newKey, sendGraphql, view } from './support/library.js'
import {
  begin,
  checksum,
  head,
  offsetOf,
  openPart,
  patch,
  publishUploads,
  TUS,
  terminate,
  uploadWhole,
} from './support/tus.js'
import { type Json, openWorld, type Person, type World } from './support/world.js'

/** Stands in every file again and again, so that no piece of one is without it. */
const MARKER = randomBytes(24)

let world: World
let alice: Person
let token: string
let endpoint: string

beforeAll(async () => {
  world = await openWorld()
  alice = world.person('alice')
  token = await world.signIn(alice)
  endpoint = `${world.url}/uploads`
  await makePlan(world, alice, 'gold')
})
afterAll(() => world[Symbol.asyncDispose]())

/** Marked bytes, no two files alike. */
function marked(size: number): Buffer {
  const bytes = Buffer.alloc(size, Buffer.concat([MARKER, randomBytes(11)]))
  return bytes
}

/** The files of gateway and IPFS store that hold plain bytes. */
async function holders(): Promise<string[]> {
  const found: string[] = []
  for (const dir of [world.gateway.app.config.dataDir, world.kubo?.dir]) {
    const entries = dir ? await readdir(dir, { recursive: true, withFileTypes: true }) : []
    for (const entry of entries.filter((each) => each.isFile())) {
      const path = join(entry.parentPath, entry.name)
      const bytes = await readFile(path).catch(() => Buffer.alloc(0))
      // A piece of the marker is enough: what is cut is plain all the same.
      if (bytes.includes(MARKER.subarray(0, 12)) || bytes.includes(MARKER.subarray(12))) found.push(path)
    }
  }
  return found
}

async function uploadFiles(): Promise<string[]> {
  return (await readdir(join(world.gateway.app.config.dataDir, 'uploads'))).sort()
}

/** What the viewer is served of a content's files. */
async function served(content: Json): Promise<Buffer[]> {
  return Promise.all(
    content.files.map(async ({ url }: Json) => {
      const response = await fetch(url)
      if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`)
      return Buffer.from(await response.arrayBuffer())
    }),
  )
}

async function published(payload: Json): Promise<Json> {
  expect(payload.errors).toEqual([])
  const { postHash } = await announce(world, alice, payload)
  return view(world, postHash, token)
}

/** Sends `size` of the bytes that are left and is gone; where the upload then stands. */
async function breakOff(location: string, offset: number, left: Uint8Array, size: number): Promise<number> {
  for (let patience = 10; patience < 5_000; patience *= 2) {
    const part = openPart(location, token, offset, left.length)
    part.write(left.subarray(0, size))
    await until(() => (part.socket?.bytesWritten ?? 0) > size)
    await setTimeout(patience)
    part.destroy()
    const next = await offsetOf(location, token)
    if (next > offset) return next
  }
  throw new Error('nothing of it came')
}

async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await isSo()) return
    await setTimeout(20)
  }
  throw new Error('it never came to that')
}

describe('an upload that breaks off', () => {
  it('goes on from what has come, again and again, and no plain byte touches the disk', async () => {
    const bytes = marked(400_000)
    const { location, id } = await begin(endpoint, token, bytes.length, { filename: 'broken.bin' })
    let offset = 0
    for (const size of [1, 30_000, 65_536, 100_000]) {
      const next = await breakOff(location, offset, bytes.subarray(offset), size)
      expect(world.gateway.app.uploads.get(id)?.offset).toBe(next)
      expect(await holders()).toEqual([])
      offset = next
    }
    expect((await patch(location, token, offset, bytes.subarray(offset))).offset).toBe(bytes.length)
    const content = await published(
      await publishUploads(world, token, [{ uploadId: id }], { policy: 'PLAN:gold' }),
    )
    expect(content.files).toMatchObject([{ name: 'broken.bin', byteSize: '400000', isEncrypted: true }])
    expect((await served(content))[0]?.equals(bytes)).toBe(true)
    expect(await holders()).toEqual([])
  })

  it('goes on after a restart of the gateway', async () => {
    const bytes = marked(200_000)
    const { location, id } = await begin(endpoint, token, bytes.length, {
      filename: 'restarted',
      filetype: 'a/b',
    })
    await patch(location, token, 0, bytes.subarray(0, 70_001))
    await world.restart()
    expect(await offsetOf(location, token)).toBe(70_001)
    expect((await head(location, token)).headers.get('upload-length')).toBe('200000')
    await patch(location, token, 70_001, bytes.subarray(70_001))
    await world.restart()
    const payload = await publishUploads(world, token, [{ uploadId: id }], { policy: 'PLAN:gold' })
    const content = await published(payload)
    expect(content.files).toMatchObject([{ name: 'restarted', mediaType: 'a/b' }])
    expect((await served(content))[0]?.equals(bytes)).toBe(true)
    expect(await holders()).toEqual([])
  })

  it('keeps nothing of a part with a checksum that broke off, or was wrong', async () => {
    const bytes = marked(300_000)
    const { location } = await begin(endpoint, token, bytes.length)
    const headers = checksum('sha256', bytes)
    const broken = fetch(location, {
      method: 'PATCH',
      headers: {
        ...TUS,
        ...bearer(token),
        ...headers,
        'upload-offset': '0',
        'content-type': 'application/offset+octet-stream',
      },
      body: new ReadableStream({
        async start(controller) {
          controller.enqueue(new Uint8Array(bytes.subarray(0, 200_000)))
          await until(async () => (await uploadFiles()).some((name) => name.endsWith('.part')))
          expect(await holders()).toEqual([])
          controller.error(new Error('gone'))
        },
      }),
      duplex: 'half',
    } as RequestInit)
    await expect(broken).rejects.toThrow()
    await until(async () => !(await uploadFiles()).some((name) => name.endsWith('.part')))
    expect(await offsetOf(location, token)).toBe(0)
    const other = checksum('sha256', bytes.subarray(1))
    expect((await patch(location, token, 0, bytes, other)).status).toBe(460)
    expect([await offsetOf(location, token), await holders()]).toEqual([0, []])
  })

  it('is ended by the next request about it: one writes at a time', async () => {
    const bytes = marked(100_000)
    const { location, id } = await begin(endpoint, token, bytes.length)
    const first = openPart(location, token, 0, bytes.length)
    const closed = new Promise((resolve) => first.once('close', resolve))
    first.write(bytes.subarray(0, 10_000))
    await until(() => (first.socket?.bytesWritten ?? 0) > 10_000)
    const begun = performance.now()
    const offset = await offsetOf(location, token)
    expect(offset).toBeLessThanOrEqual(10_000)
    expect(performance.now() - begun).toBeLessThan(5_000)
    await patch(location, token, offset, bytes.subarray(offset))
    expect(world.gateway.app.uploads.get(id)?.offset).toBe(100_000)
    await closed
  })
})

describe('an upload is published', () => {
  it('under PUBLIC as the plain bytes, which take the place of its ciphertext', async () => {
    const bytes = randomBytes(150_000)
    const id = await uploadWhole(
      world,
      token,
      bytes,
      { filename: 'open.bin', filetype: 'image/png' },
      [70_000],
    )
    expect(await uploadFiles()).toContain(`${id}.bytes`)
    const content = await published(await publishUploads(world, token, [{ uploadId: id }]))
    expect(content.files).toMatchObject([{ name: 'open.bin', mediaType: 'image/png', isEncrypted: false }])
    expect((await served(content))[0]?.equals(bytes)).toBe(true)
    expect(await uploadFiles()).not.toContain(`${id}.bytes`)
  })

  it('with others, by its address too, in the order of the input, under names of their own', async () => {
    const files = [marked(10), marked(70_000), marked(0), marked(65_480)]
    const ids = await Promise.all(
      files.map((bytes, i) => uploadWhole(world, token, bytes, { filename: `${i}` })),
    )
    const sources = [
      { uploadId: ids[0], name: 'first' },
      { uploadId: `${endpoint}/${ids[1]}` },
      { uploadId: ids[2], mediaType: 'text/plain' },
      { uploadId: ids[3] },
    ]
    const content = await published(await publishUploads(world, token, sources, { policy: 'PLAN:gold' }))
    expect(content.files.map(({ name, byteSize }: Json) => [name, byteSize])).toEqual([
      ['first', '10'],
      ['1', '70000'],
      ['2', '0'],
      ['3', '65480'],
    ])
    expect(await served(content)).toEqual(files)
    expect(await holders()).toEqual([])
  })

  it('beside files of the request itself, each in its place', async () => {
    const bytes = marked(90_000)
    const id = await uploadWhole(world, token, bytes, { filename: 'by tus' })
    const files = [{ upload: null, name: 'a' }, { uploadId: id }, { upload: null, name: 'c' }]
    const input = { title: 'Mixed', teaser: '', policy: 'PLAN:gold', idempotencyKey: newKey(), files }
    const query = `mutation ($input: PublishContentInput!) { publishContent(input: $input) {
      draft { unsignedHex } manifestCid files { name } errors { code message path } } }`
    const { body } = await sendGraphql(
      world,
      [
        { name: 'operations', value: JSON.stringify({ query, variables: { input } }) },
        {
          name: 'map',
          value: '{"x":["variables.input.files.0.upload"],"y":["variables.input.files.2.upload"]}',
        },
        { name: 'x', filename: 'x', value: 'first' },
        { name: 'y', filename: 'y', value: 'third' },
      ],
      token,
    )
    const content = await published(body.data.publishContent)
    expect(content.files.map(({ name }: Json) => name)).toEqual(['a', 'by tus', 'c'])
    expect(await served(content)).toEqual([Buffer.from('first'), bytes, Buffer.from('third')])
  })

  it('without another pass over its bytes: what lay here is what IPFS holds', async () => {
    const bytes = marked(140_000)
    const id = await uploadWhole(world, token, bytes, { filename: 'as it lies' })
    const sealed = await readFile(join(world.gateway.app.config.dataDir, 'uploads', `${id}.bytes`))
    const payload = await publishUploads(world, token, [{ uploadId: id }], { policy: 'PLAN:gold' })
    const { cid } = await world.gateway.app.ipfs.importFile([sealed] as never)
    expect(payload.files[0].cid).toBe(cid.toString())
  })

  it('under another key where its own has been taken, and is the same to its readers', async () => {
    const [one, other] = [marked(80_000), marked(80_000)]
    const ids = [
      await uploadWhole(world, token, one, { filename: 'one' }),
      await uploadWhole(world, token, other, { filename: 'other' }),
    ]
    const { uploads } = world.gateway.app
    const [first, second] = ids.map((id) => uploads.get(id)?.epoch)
    expect(second).toEqual(first)
    const contents = []
    for (const uploadId of ids) {
      contents.push(
        await published(await publishUploads(world, token, [{ uploadId }], { policy: 'PLAN:gold' })),
      )
    }
    expect((await served(contents[0]))[0]?.equals(one)).toBe(true)
    expect((await served(contents[1]))[0]?.equals(other)).toBe(true)
    expect(await holders()).toEqual([])
    const next = await begin(endpoint, token, 1)
    expect(uploads.get(next.id)?.epoch.encId).not.toBe(first?.encId)
  })

  it('in a new version of a content, under the key that this has', async () => {
    const [one, two] = [marked(70_000), marked(80_000)]
    const first = await uploadWhole(world, token, one, { filename: 'one' })
    const content = await published(
      await publishUploads(world, token, [{ uploadId: first }], { policy: 'PLAN:gold' }),
    )
    const second = await uploadWhole(world, token, two, { filename: 'two' })
    const files = [{ name: 'one' }, { uploadId: second }]
    const { updateContent } = await world.ask(
      `mutation ($input: UpdateContentInput!) { updateContent(input: $input) {
        draft { unsignedHex } manifestCid files { name } errors { code message path } } }`,
      { input: { id: content.id, files, idempotencyKey: newKey() } },
      token,
    )
    expect(updateContent.errors).toEqual([])
    const { transaction } = await world.submit(updateContent.draft.unsignedHex, alice)
    expect(transaction.status).toBe('COMMITTED')
    const updated = await view(world, content.postHash, token)
    expect(updated.files.map(({ name }: Json) => name)).toEqual(['one', 'two'])
    expect(await served(updated)).toEqual([one, two])
    expect(await holders()).toEqual([])
  })

  it('by REST as JSON, too', async () => {
    const bytes = marked(5_000)
    const id = await uploadWhole(world, token, bytes, { filename: 'by rest' })
    const input = {
      title: 'T',
      teaser: '',
      policy: 'PLAN:gold',
      idempotencyKey: newKey(),
      files: [{ uploadId: id }],
    }
    const response = await fetch(`${world.url}/api/upload-content`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...bearer(token) },
      body: JSON.stringify(input),
    })
    expect(response.status).toBe(200)
    expect((await served(await published(await response.json())))[0]?.equals(bytes)).toBe(true)
  })
})

describe('the same request again', () => {
  it('gets the first draft, though the upload is gone, after a restart too', async () => {
    const id = await uploadWhole(world, token, marked(1_000), { filename: 'once' })
    const input = { policy: 'PLAN:gold', idempotencyKey: newKey() }
    const first = await publishUploads(world, token, [{ uploadId: id }], input)
    expect(first.errors).toEqual([])
    expect((await head(`${endpoint}/${id}`, token)).status).toBe(404)
    expect(await publishUploads(world, token, [{ uploadId: id }], input)).toEqual(first)
    await world.restart()
    expect(await publishUploads(world, token, [{ uploadId: id }], input)).toEqual(first)
    const renamed = await publishUploads(world, token, [{ uploadId: id, name: 'twice' }], input)
    expect(renamed.errors).toMatchObject([{ code: 'IDEMPOTENCY_CONFLICT' }])
  })

  it('at the same time is one content', async () => {
    const id = await uploadWhole(world, token, marked(200_000), { filename: 'twins' })
    const input = { policy: 'PLAN:gold', idempotencyKey: newKey() }
    const [one, other] = await Promise.all([
      publishUploads(world, token, [{ uploadId: id }], input),
      publishUploads(world, token, [{ uploadId: id }], input),
    ])
    expect(one.errors).toEqual([])
    expect(other).toEqual(one)
  })

  it('has the media type that the first bytes tell, where nothing else does, though they are gone', async () => {
    const gif = Buffer.concat([Buffer.from('GIF89a'), randomBytes(200)])
    const id = await uploadWhole(world, token, gif, { filename: 'picture' })
    const input = { policy: 'PLAN:gold', idempotencyKey: newKey() }
    const first = await publishUploads(world, token, [{ uploadId: id }], input)
    expect(first).toMatchObject({ errors: [], files: [{ name: 'picture', mediaType: 'image/gif' }] })
    expect(await publishUploads(world, token, [{ uploadId: id }], input)).toEqual(first)
    const named = await uploadWhole(world, token, gif, { filename: 'film.mp4' })
    expect((await publishUploads(world, token, [{ uploadId: named }])).files).toMatchObject([
      { mediaType: 'video/mp4' },
    ])
  })

  it('with the same bytes by tus and directly is the same: both have one digest', async () => {
    const bytes = marked(140_000)
    const idempotencyKey = newKey()
    const id = await uploadWhole(world, token, bytes, { filename: 'f', filetype: 'a/b' }, [3, 80_000])
    const first = await publishUploads(world, token, [{ uploadId: id }], {
      idempotencyKey,
      policy: 'PLAN:gold',
    })
    const form = new FormData()
    for (const [name, value] of Object.entries({
      title: 'Title',
      teaser: '',
      policy: 'PLAN:gold',
      idempotencyKey,
    })) {
      form.append(name, value)
    }
    form.append('file', new Blob([new Uint8Array(bytes)], { type: 'a/b' }), 'f')
    const response = await fetch(`${world.url}/api/upload-content`, {
      method: 'POST',
      headers: bearer(token),
      body: form,
    })
    const repeated = (await response.json()) as Json
    expect([first.errors, repeated.errors]).toEqual([[], []])
    expect(repeated.manifestCid).toBe(first.manifestCid)
  })
})

describe('an upload is no file', () => {
  async function refusal(files: Record<string, unknown>[], as = token): Promise<Json> {
    const { errors, draft } = await publishUploads(world, as, files)
    expect(draft).toBeNull()
    return errors[0]
  }
  const none = {
    __typename: 'InvalidInput',
    message: 'There is no such upload: it was never begun, is over, or its bytes are published.',
    path: ['input', 'files', '0', 'uploadId'],
  }

  it('of another account', async () => {
    const id = await uploadWhole(world, token, marked(10), { filename: 'mine' })
    expect(await refusal([{ uploadId: id }], await world.signIn(world.person('bob')))).toMatchObject(none)
    expect((await publishUploads(world, token, [{ uploadId: id }])).errors).toEqual([])
  })

  it('that there is not, or no longer', async () => {
    for (const uploadId of ['0'.repeat(32), 'no id', ''])
      expect(await refusal([{ uploadId }])).toMatchObject(none)
    const id = await uploadWhole(world, token, marked(10), { filename: 'used' })
    await publishUploads(world, token, [{ uploadId: id }])
    expect(await refusal([{ uploadId: id }])).toMatchObject(none)
  })

  it('as long as it is not whole', async () => {
    const { id, location } = await begin(endpoint, token, 100, { filename: 'half' })
    await patch(location, token, 0, new Uint8Array(40))
    expect(await refusal([{ uploadId: id }])).toMatchObject({
      code: 'INVALID_INPUT',
      message: 'This upload has 40 of 100 bytes: send the rest first.',
      path: ['input', 'files', '0', 'uploadId'],
    })
    expect(await offsetOf(location, token)).toBe(40)
  })

  it('twice, without a name, or with another source', async () => {
    const id = await uploadWhole(world, token, marked(10))
    expect(await refusal([{ uploadId: id }])).toMatchObject({ path: ['input', 'files', '0', 'name'] })
    const twice = [
      { uploadId: id, name: 'a' },
      { uploadId: id, name: 'b' },
    ]
    expect(await refusal(twice)).toMatchObject({ path: ['input', 'files', '1', 'uploadId'] })
    expect(await terminate(`${endpoint}/${id}`, token)).toBe(204)
  })

  it('when its time is over', async () => {
    const id = await uploadWhole(world, token, marked(10), { filename: 'late' })
    world.clock.forward(172_801)
    token = await world.signIn(alice)
    expect(await refusal([{ uploadId: id }])).toMatchObject(none)
    await begin(endpoint, token, 1)
    expect((await uploadFiles()).filter((name) => name.startsWith(id))).toEqual([])
  })
})
