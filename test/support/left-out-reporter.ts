import type { Reporter, TestModule, Vitest } from 'vitest/node'

/** Names every test that did not run, so that nothing is left out silently. */
export class LeftOutReporter implements Reporter {
  #vitest: Vitest | undefined

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    // Whoever runs only the tests of a certain name knows that the others do not run.
    if (this.#vitest?.config.testNamePattern) return
    const leftOut = modules.flatMap((module) => [...module.children.allTests('skipped')])
    if (leftOut.length === 0) return
    console.log(`\nLeft out (${leftOut.length}):`)
    for (const test of leftOut) console.log(`  ${test.module.relativeModuleId}: ${test.fullName}`)
  }
}
