import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { LeftOutReporter } from './test/support/left-out-reporter.js'

const reportFile = process.env.TEST_REPORT

export default defineConfig({
  // graphql 16 has no exports map: without the alias vite resolves index.mjs, Node index.js, and
  // "another module or realm" breaks every schema.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: 'test/support/built-folder.ts',
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Modules are loaded once a worker, not once a file: a third of all the time, else. So no vi.mock, and what a file
    // changes beyond itself it puts back.
    isolate: false,
    // One more than there are cores, as tests wait for blocks; by default one core is left idle, on two half of them.
    // With two more, modules are loaded once more, and cores are changed more often than it gains: 193 s in place of 170.
    maxWorkers: availableParallelism() + 1,
    reporters: ['default', new LeftOutReporter(), ...(reportFile ? ['json'] : [])],
    ...(reportFile && { outputFile: { json: reportFile } }),
  },
})
