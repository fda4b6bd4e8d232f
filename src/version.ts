import { createRequire } from 'node:module'

/** Of the software, as package.json says: one level above both src/ and dist/. */
export const VERSION: string = createRequire(import.meta.url)('../package.json').version
