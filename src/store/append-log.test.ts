import {
  type FileHandle,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { StorageUnavailableError } from '../errors.js'
import { type AppendLog, openAppendLog } from './append-log.js'

let directory: string
let path: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'append-log-'))
  path = join(directory, 'test.log')
})

afterEach(async () => {
  vi.restoreAllMocks()
  await rm(directory, { recursive: true })
})

/** The prototype of file handles, to make the disk fail where it would. */
async function fileHandlePrototype(): Promise<FileHandle> {
  const handle = await open(path, 'a')
  await handle.close()
  return Object.getPrototypeOf(handle) as FileHandle
}

function diskError(code: string): Error {
  return Object.assign(new Error(`${code}: no space left on device, write`), { code, errno: -28 })
}

async function logWith(...values: unknown[]): Promise<AppendLog> {
  const { log } = await openAppendLog(path)
  for (const value of values) await log.append(value)
  return log
}

async function entriesOf(): Promise<unknown[]> {
  const { log, entries } = await openAppendLog(path)
  await log.close()
  return entries
}

describe('an append-only log', () => {
  it('writes a record as the CRC-32 and the length of its JSON, the JSON and a line feed', async () => {
    await using _log = await logWith({ a: 1, b: 'é\n' }, 'x')
    expect(await readFile(path, 'utf8')).toBe('eb7186a1 18 {"a":1,"b":"é\\n"}\nf60ef986 3 "x"\n')
  })

  it('gives back every record in order when it is opened again', async () => {
    const values = [null, 0, 'text', [1, [2]], { nested: { deep: ['\u2028', '\ud800'] } }]
    await (await logWith(...values)).close()
    const opened = await openAppendLog(path)
    expect(opened.entries).toEqual(values)
    expect(opened.dropped).toBe(0)
    expect(opened.log.size).toBe((await stat(path)).size)
    await opened.log.close()
  })

  it('is made readable by its owner alone', async () => {
    await using _log = await logWith()
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  it('keeps the order of concurrent appends and shares one sync among those of one moment', async () => {
    const { log } = await openAppendLog(path)
    const sync = vi.spyOn(await fileHandlePrototype(), 'datasync')
    const values = Array.from({ length: 200 }, (_, index) => index)
    await Promise.all(values.map((value) => log.append(value)))
    expect(sync).toHaveBeenCalledTimes(1)
    await log.close()
    expect(await entriesOf()).toEqual(values)
  })

  it('has a record on disk, synced, before its append resolves', async () => {
    const { log } = await openAppendLog(path)
    const prototype = await fileHandlePrototype()
    const steps: string[] = []
    const { write, datasync } = prototype
    vi.spyOn(prototype, 'write').mockImplementation(function (this: FileHandle, ...args: unknown[]) {
      steps.push('write')
      return Reflect.apply(write, this, args)
    })
    vi.spyOn(prototype, 'datasync').mockImplementation(function (this: FileHandle) {
      steps.push('sync')
      return datasync.call(this)
    })
    await log.append('a').then(() => steps.push('resolved'))
    expect(steps).toEqual(['write', 'sync', 'resolved'])
    await log.close()
  })

  it('hands records to replay one by one when asked, keeping none', async () => {
    await (await logWith(1, 2, 3)).close()
    const seen: unknown[] = []
    const { log, entries } = await openAppendLog(path, { replay: (value) => seen.push(value) })
    expect(seen).toEqual([1, 2, 3])
    expect(entries).toEqual([])
    await log.close()
  })

  it('reads records that cross the borders of what it reads at once', async () => {
    const values = Array.from({ length: 30 }, (_, index) => `${index}`.repeat(100_000 + index))
    await (await logWith(...values)).close()
    expect(await entriesOf()).toEqual(values)
  })

  it('refuses a value that has no JSON and goes on with others', async () => {
    await using log = await logWith('a')
    await expect(log.append(undefined)).rejects.toThrow(TypeError)
    await expect(log.append({ amount: 1n })).rejects.toThrow(TypeError)
    await log.append('b')
    expect(await entriesOf()).toEqual(['a', 'b'])
  })

  it('refuses a record over its limit, and takes one that just fits', async () => {
    const { log } = await openAppendLog(path, { maxRecordBytes: 10 })
    await log.append('12345678')
    await expect(log.append('123456789')).rejects.toThrow('A log record of 11 bytes is over the limit of 10.')
    await expect(log.rewrite(['123456789'])).rejects.toThrow(RangeError)
    await log.close()
    expect(await entriesOf()).toEqual(['12345678'])
  })

  it('refuses to append once it is closed, after what was called before is on disk', async () => {
    const { log } = await openAppendLog(path)
    const before = log.append('before')
    const closing = log.close()
    await expect(log.append('after')).rejects.toThrow(StorageUnavailableError)
    await Promise.all([before, closing, log.close()])
    expect(await entriesOf()).toEqual(['before'])
  })
})

describe('a log that was cut or damaged', () => {
  it('replays a prefix of the records wherever the file is cut, and takes new ones behind it', async () => {
    const values = ['first', { second: [2, 'zwei'] }, 'drei\n', 4]
    await (await logWith(...values)).close()
    const whole = await readFile(path)
    const ends = [0]
    for (let at = whole.indexOf(0x0a); at !== -1; at = whole.indexOf(0x0a, at + 1)) ends.push(at + 1)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length }), async (cut) => {
        await writeFile(path, whole.subarray(0, cut))
        const sound = ends.findLastIndex((end) => end <= cut)
        const opened = await openAppendLog(path)
        expect(opened.entries).toEqual(values.slice(0, sound))
        expect(opened.dropped).toBe(cut - (ends[sound] ?? 0))
        await opened.log.append('behind')
        await opened.log.close()
        expect(await entriesOf()).toEqual([...values.slice(0, sound), 'behind'])
      }),
      { numRuns: 40 },
    )
  })

  it('drops a last line whose checksum is wrong, says how many bytes, and cuts the file there', async () => {
    await (await logWith('one', 'two')).close()
    await writeFile(path, (await readFile(path, 'latin1')).replace('"two"', '"twi"'))
    const { log, entries, dropped } = await openAppendLog(path)
    expect(entries).toEqual(['one'])
    expect(dropped).toBe(17)
    expect((await stat(path)).size).toBe(17)
    await log.close()
  })

  it('names byte and line of any changed byte before the last line, and changes nothing', async () => {
    await (await logWith('one', 'two', 'three')).close()
    const whole = await readFile(path)
    const second = whole.indexOf(0x0a) + 1
    const third = whole.indexOf(0x0a, second) + 1
    const fault = fc.record({
      at: fc.integer({ min: 0, max: third - 1 }),
      flip: fc.integer({ min: 1, max: 255 }),
    })
    await fc.assert(
      fc.asyncProperty(fault, async ({ at, flip }) => {
        const damaged = Buffer.from(whole)
        damaged[at] = (damaged[at] as number) ^ flip
        await writeFile(path, damaged)
        const offset = at < second ? 0 : second
        await expect(openAppendLog(path)).rejects.toMatchObject({
          name: 'LogCorruptError',
          offset,
          line: offset === 0 ? 1 : 2,
        })
        expect(await readFile(path)).toEqual(damaged)
      }),
      { numRuns: 60 },
    )
  })

  it('is refused where a line without end is longer than any record, without reading it all', async () => {
    await (await logWith('one')).close()
    await truncate(path, 3 << 20)
    await expect(openAppendLog(path, { maxRecordBytes: 1000 })).rejects.toThrow('damaged at byte 17 (line 2)')
    expect((await stat(path)).size).toBe(3 << 20)
  })
})

describe('a log on a disk that refuses', () => {
  /** Writes half of what is asked, then fails, as a disk does that fills up. */
  function failHalfway(prototype: FileHandle): void {
    const { write } = prototype
    vi.spyOn(prototype, 'write')
      .mockImplementationOnce(function (this: FileHandle, ...args: unknown[]) {
        const [bytes, offset, length, position] = args as [Buffer, number, number, number]
        return Reflect.apply(write, this, [bytes, offset, Math.floor(length / 2), position])
      })
      .mockImplementationOnce(() => Promise.reject(diskError('ENOSPC')))
  }

  it('rejects exactly the appends of the failed write, and takes the next ones', async () => {
    const log = await logWith('kept')
    const sizeBefore = log.size
    failHalfway(await fileHandlePrototype())
    const results = await Promise.allSettled([log.append('lost 1'), log.append('lost 2')])
    for (const result of results) {
      expect(result).toMatchObject({
        status: 'rejected',
        reason: { code: 'STORAGE_FULL', retryable: true },
      })
    }
    expect((await stat(path)).size).toBe(sizeBefore)
    await log.append('later')
    await log.close()
    expect(await entriesOf()).toEqual(['kept', 'later'])
  })

  it('rejects an append that was written but not synced, and cuts it off again', async () => {
    const log = await logWith('kept')
    const prototype = await fileHandlePrototype()
    vi.spyOn(prototype, 'datasync').mockRejectedValueOnce(diskError('EIO'))
    await expect(log.append('unsynced')).rejects.toThrow(StorageUnavailableError)
    await log.close()
    expect(await entriesOf()).toEqual(['kept'])
  })

  it('takes nothing more until it could cut off what a failed write left', async () => {
    const log = await logWith('kept')
    const prototype = await fileHandlePrototype()
    failHalfway(prototype)
    vi.spyOn(prototype, 'truncate')
      .mockRejectedValueOnce(diskError('EIO'))
      .mockRejectedValueOnce(diskError('EIO'))
    await expect(log.append('lost')).rejects.toThrow('ENOSPC')
    // The repair failed right after the write; this append tries it again and fails, the next one succeeds.
    await expect(log.append('lost too')).rejects.toThrow('EIO')
    await log.append('later')
    await log.close()
    expect(await entriesOf()).toEqual(['kept', 'later'])
  })

  it('keeps the old records when a rewrite fails, and leaves no temporary file', async () => {
    const log = await logWith('one', 'two')
    failHalfway(await fileHandlePrototype())
    await expect(log.rewrite(['new'])).rejects.toThrow(StorageUnavailableError)
    await log.append('three')
    await log.close()
    expect(await readdir(directory)).toEqual(['test.log'])
    expect(await entriesOf()).toEqual(['one', 'two', 'three'])
  })
})

describe('rewriting a log', () => {
  it('replaces what was appended before it and comes before what is appended after it', async () => {
    const log = await logWith('old')
    await Promise.all([log.append('older'), log.rewrite(['new 1', 'new 2']), log.append('newer')])
    expect(log.size).toBe((await stat(path)).size)
    await log.close()
    expect(await entriesOf()).toEqual(['new 1', 'new 2', 'newer'])
  })

  it('reads the new records only when those have run who awaited the appends before', async () => {
    const { log } = await openAppendLog(path)
    const held: string[] = []
    const append = async (value: string) => {
      await log.append(value)
      held.push(value)
    }
    function* snapshot() {
      yield 'snapshot'
      yield* held
    }
    await Promise.all([append('a'), append('b'), log.rewrite(snapshot()), append('c')])
    await log.close()
    expect(await entriesOf()).toEqual(['snapshot', 'a', 'b', 'c'])
  })

  it('empties the log when given nothing', async () => {
    const log = await logWith('old')
    await log.rewrite([])
    expect(log.size).toBe(0)
    await log.close()
    expect(await entriesOf()).toEqual([])
  })

  it('ignores and removes a temporary file that a killed rewrite left', async () => {
    await (await logWith('kept')).close()
    await writeFile(`${path}.tmp`, 'half a rewri')
    expect(await entriesOf()).toEqual(['kept'])
    expect(await readdir(directory)).toEqual(['test.log'])
  })
})
