import { mkdirSync, writeFileSync } from 'node:fs'
import { createSchema, printWithRoots } from './schema.js'

/** `npm run schema`: writes schema/schema.graphql, which CI compares with what is committed. */
mkdirSync('schema', { recursive: true })
writeFileSync('schema/schema.graphql', printWithRoots(createSchema('testnet')))
