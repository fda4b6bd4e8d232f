import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** A Node process of its own that runs a piece of TypeScript-importing code, for tests that kill it. */
export interface ChildScript {
  readonly process: ChildProcess
  /** The next line that it prints; rejects if it ends without one. */
  nextLine(): Promise<string>
  /** As by `kill -9`; resolves when it is gone. */
  kill(): Promise<void>
}

/** `code` is the body of an ES module; imports in it must be absolute (`import.meta.resolve` of the test). */
export function startScript(code: string): ChildScript {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    process: child,
    async nextLine() {
      const line = await lines.next()
      if (line.done) throw new Error(`The script ended without another line (exit code ${child.exitCode}).`)
      return line.value
    },
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
