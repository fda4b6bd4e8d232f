/** Tells the story. */
export interface Narrator {
  chapter(title: string): void
  say(text: string): void
  /** Tells how far something long has come, each time that it is told so itself. */
  progress(label: string, totalBytes: number): (bytes: number) => void
}

/** Where the story is told: a terminal takes a line that moves, anything else a few lines. */
export interface Page {
  isTTY?: boolean
  write(text: string): unknown
}

const REFRESH_MS = 100
const LINES = 4

export function createNarrator(page: Page): Narrator {
  let chapters = 0
  return {
    chapter(title) {
      chapters += 1
      page.write(`\n${chapters}. ${title}\n`)
    },
    say: (text) => page.write(`   ${text}\n`),
    progress: (label, totalBytes) => createProgress(page, label, totalBytes),
  }
}

function createProgress(page: Page, label: string, totalBytes: number): (bytes: number) => void {
  const began = performance.now()
  let told = 0
  let toldAt = began
  return (bytes) => {
    const now = performance.now()
    const isAtEnd = bytes >= totalBytes
    const isDue = page.isTTY ? now - toldAt >= REFRESH_MS : bytes - told >= totalBytes / LINES
    if (told >= totalBytes || !(isDue || isAtEnd)) return
    told = bytes
    toldAt = now
    const percent = String(Math.floor((bytes / totalBytes) * 100)).padStart(3)
    const line = `   ${label}: ${percent} %, ${formatRate(bytes, now - began)}`
    page.write(page.isTTY ? `\r${line}  ${isAtEnd ? '\n' : ''}` : `${line}\n`)
  }
}

export function formatBytes(bytes: number): string {
  const [size, unit] = bytes >= 1e6 ? [bytes / 1e6, 'MB'] : [bytes / 1e3, 'KB']
  return `${size.toLocaleString('en', { maximumFractionDigits: 1 })} ${unit}`
}

export function formatRate(bytes: number, ms: number): string {
  return `${(bytes / 1e3 / Math.max(ms, 1)).toFixed(1)} MB/s`
}

export function formatSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
