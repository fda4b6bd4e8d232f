import { readFileSync } from 'node:fs'

/** A process, told apart from a later one with the same id. */
export interface ProcessIdentity {
  pid: number
  /** When it started, in ticks since this boot; '0' where the system does not tell. */
  startedAt: string
  /** Which boot of the machine that was; '0' where the system does not tell. */
  boot: string
}

/** The identity of the process that runs this. */
export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, startedAt: readStat(process.pid)?.startedAt ?? '0', boot: readBoot() }
}

/** Whether that very process still runs; a killed one that nobody has collected yet (a zombie) does not. */
export function isRunning(other: ProcessIdentity): boolean {
  const stat = readStat(other.pid)
  if (stat === undefined) return answersSignals(other.pid)
  return !'ZX'.includes(stat.state) && stat.startedAt === other.startedAt && readBoot() === other.boot
}

/** proc(5), /proc/<pid>/stat: the name in parentheses may hold anything; behind it fields 3 (state) to 22 (start). */
function readStat(pid: number): { state: string; startedAt: string } | undefined {
  const text = readText(`/proc/${pid}/stat`)
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state, startedAt] = [fields?.[0], fields?.[19]]
  return state === undefined || startedAt === undefined ? undefined : { state, startedAt }
}

function readBoot(): string {
  return readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '0'
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** For systems without /proc, where a process id that was used again is taken for the same process. */
function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
