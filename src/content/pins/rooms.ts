import type { AppContext } from '../../context.js'

/** What pins and histories of contents need: all but themselves. */
export type Rooms = Omit<AppContext, 'pins'>
