import { defineConfig } from 'vitest/config'

export default defineConfig({
  // graphql 16 has no exports map: without the alias vite resolves index.mjs, Node index.js, and
  // "another module or realm" breaks every schema.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
