import { createHash } from 'node:crypto'
import * as dagPb from '@ipld/dag-pb'
import fc from 'fast-check'
import { importer } from 'ipfs-unixfs-importer'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { describe, expect, it } from 'vitest'
import { describeKubo, startKubo } from '../../test/support/kubo.js'
import { buildDirectory, type DirectoryFile, dagSize } from './directory.js'

const encode = (text: string) => new TextEncoder().encode(text)

/** Files whose bytes are their paths. */
function filesOf(paths: readonly string[]): DirectoryFile[] {
  return paths.map((path) => {
    const digest = Uint8Array.from(createHash('sha256').update(path).digest())
    return { path, cid: CID.createV1(0x55, createDigest(0x12, digest)), dagSize: encode(path).length }
  })
}

function cidOf(paths: readonly string[]): string {
  return buildDirectory(filesOf(paths)).cid.toString()
}

/** The directory that ipfs-unixfs-importer makes of them. */
async function imported(paths: readonly string[]): Promise<string> {
  const blockstore = { put: async (cid: CID) => cid }
  const source = paths.map((path) => ({ path, content: encode(path) }))
  const options = { profile: 'unixfs-v1-2025', wrapWithDirectory: true } as const
  let root = ''
  for await (const { path, cid } of importer(source, blockstore, options)) if (path === '') root = String(cid)
  return root
}

const numbered = (count: number, pad = 0) =>
  Array.from({ length: count }, (_, index) => `file-${String(index).padStart(pad, '0')}.txt`)

describe('a directory', () => {
  it.each([
    ['of one file', ['a']],
    ['of names in any order', ['b', 'a-', 'a', 'ü', 'Z', '日本', 'a/b/c'.replaceAll('/', '_')]],
    ['with folders', ['z', 'a/b', 'a/c/d', 'a/c/e', 'b/a', 'a.b']],
  ])('%s has the CID that ipfs-unixfs-importer gives it', async (_, paths) => {
    expect(cidOf(paths)).toBe(await imported(paths))
  })

  // Made with ipfs-unixfs-importer 17.1.1, once.
  it.each([
    ['of 1,000 entries', numbered(1_000), 'bafybeifdeivvhi2gcofpfmgzg5oc3vouy4rppw425u557hujo5lsq4aari'],
    [
      'of 6,000 entries, sharded',
      numbered(6_000),
      'bafybeigmib5jiyxnpcnd4fmgheiyp7aunh7go7vyg34irgwif4dyk6njhi',
    ],
    [
      'with a sharded folder',
      [...numbered(1_100, 200).map((name) => `many/${name}`), 'few/one', 'two'],
      'bafybeiavjrawxrzqpa2cais2mvacymnlxxrcqc5dsl2uqik3xu2e65ylgu',
    ],
  ])('%s has the CID that others give it', (_, paths, expected) => {
    expect(cidOf(paths)).toBe(expected)
  })

  it('is sharded from the first byte above 256 KiB on', () => {
    const cid = CID.parse('bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e')
    const nodes = (last: number) => {
      const names = Array.from({ length: 1_065 }, (_, index) => String(index).padStart(200, 'x'))
      const files = [...names, 'y'.repeat(last)].map((path) => ({ path, cid, dagSize: 11 }))
      return buildDirectory(files).blocks.map(({ bytes }) => bytes.length)
    }
    expect(nodes(105)).toEqual([262_144])
    expect(nodes(106).length).toBeGreaterThan(1)
  })

  it('has a block for each of its nodes, the root last, and each under its own CID', () => {
    const files = filesOf([...numbered(1_100, 200), 'a/b/c', 'a/d'])
    const { cid, blocks } = buildDirectory(files)
    expect(blocks.at(-1)?.cid.equals(cid)).toBe(true)
    const known = new Set(files.map((file) => file.cid.toString()))
    for (const block of blocks) {
      expect(block.cid.multihash.digest).toEqual(
        Uint8Array.from(createHash('sha256').update(block.bytes).digest()),
      )
      for (const { Hash } of dagPb.decode(block.bytes).Links) expect(known.has(Hash.toString())).toBe(true)
      known.add(block.cid.toString())
    }
  })

  it('has the CID of ipfs-unixfs-importer, whatever its names', async () => {
    const name = fc.stringMatching(/^[a-zA-Z0-9 ü~.-]{1,20}$/).filter((text) => !/^\.{1,2}$/.test(text))
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))
    const paths = fc
      .uniqueArray(path, { minLength: 1, maxLength: 20 })
      .filter((all) => !all.some((one) => all.some((other) => other.startsWith(`${one}/`))))
    await fc.assert(
      fc.asyncProperty(paths, async (given) => {
        expect(cidOf(given)).toBe(await imported(given))
      }),
      { numRuns: 50 },
    )
  })

  it('takes names as they are, backslashes, spaces and percent signs included', () => {
    const [file] = filesOf(['plain']) as [DirectoryFile]
    const names = ['a\\', ' a ', '%2f', '..a']
    const { blocks } = buildDirectory(names.map((path) => ({ ...file, path })))
    expect(blocks.flatMap(({ bytes }) => dagPb.decode(bytes).Links.map(({ Name }) => Name))).toEqual(
      [...names].sort(),
    )
  })
})

describe('the size of a file’s blocks', () => {
  it('is that of its bytes where it is one raw block, else of its root and what that links', async () => {
    const raw = CID.parse('bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e')
    const links = [1_048_576, 11].map((Tsize) => ({ Name: '', Hash: raw, Tsize }))
    const block = dagPb.encode(dagPb.createNode(Uint8Array.of(8, 2), links))
    const root = CID.createV1(dagPb.code, raw.multihash)
    const getBlock = async (cid: CID) => {
      expect(cid).toEqual(root)
      return block
    }
    expect(await dagSize({ getBlock }, { cid: raw, size: 11 })).toBe(11)
    expect(await dagSize({ getBlock }, { cid: root, size: 1 })).toBe(block.length + 1_048_587)
  })
})

describeKubo('a directory on a real Kubo', () => {
  it('has the CID that Kubo gives it', async () => {
    await using kubo = await startKubo({
      config: {
        'Import.UnixFSHAMTDirectorySizeEstimation': 'block',
        'Import.UnixFSHAMTDirectorySizeThreshold': '256KiB',
      },
    })
    for (const paths of [
      ['a/b/c.txt', 'a/ü.txt', 'z', 'b\\c'],
      [...numbered(100), ...numbered(1_100, 200).map((name) => `many/${name}`)],
    ]) {
      const form = new FormData()
      for (const path of paths) form.append('file', new Blob([path]), encodeURIComponent(path))
      const query =
        'cid-version=1&raw-leaves=true&hash=sha2-256&chunker=size-1048576&max-file-links=1024&wrap-with-directory=true&quieter=true'
      const answer = await fetch(`${kubo.rpcUrl}/api/v0/add?${query}`, { method: 'POST', body: form })
      const lines = (await answer.text()).trim().split('\n')
      expect(JSON.parse(lines.at(-1) as string).Hash).toBe(cidOf(paths))
    }
  })
})
