import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FileGiven } from './library.js'

/**
 * A film of four seconds, as HLS in fragmented MP4 (`index.m3u8`, `v/`), the same as DASH (`manifest.mpd`), and as HLS in
 * MPEG-TS (`ts/`). Made once with ffmpeg 5.1 (Debian 12); the playlists of `v/` by hand:
 *
 *     in='-f lavfi -i testsrc2=size=160x90:rate=10:duration=4'
 *     out='-c:v libx264 -profile:v baseline -level 3.0 -pix_fmt yuv420p -crf 40 -g 10 -keyint_min 10 -sc_threshold 0
 *       -map_metadata -1 -fflags +bitexact -flags:v +bitexact'
 *     ffmpeg $in $out -f dash -seg_duration 1 -use_template 1 -use_timeline 0 -init_seg_name v/init.mp4 \
 *       -media_seg_name 'v/$Number$.m4s' manifest.mpd
 *     ffmpeg $in $out -f hls -hls_time 1 -hls_list_size 0 -hls_playlist_type vod -hls_segment_filename 'ts/%d.ts' ts/index.m3u8
 *
 * What ends in `.ts` has `.bin` behind it here, as it would pass for TypeScript.
 */
const STREAM = fileURLToPath(new URL('../fixtures/stream/', import.meta.url))

const TYPES: Readonly<Record<string, string>> = {
  m3u8: 'application/vnd.apple.mpegurl',
  mpd: 'application/dash+xml',
  mp4: 'video/mp4',
  m4s: 'video/iso.segment',
  ts: 'video/mp2t',
}

/** Its files, below a folder where one is given. */
export async function streamFiles(folder = ''): Promise<(FileGiven & { bytes: Buffer })[]> {
  const entries = await readdir(STREAM, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return Promise.all(
    files.map(async ({ parentPath, name }) => {
      const bytes = await readFile(join(parentPath, name))
      const path = relative(STREAM, join(parentPath, name)).replace(/\.bin$/, '')
      const type = TYPES[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream'
      return { name: `${folder}${path}`, bytes, type }
    }),
  )
}
