import { StorageUnavailableError } from '../../errors.js'
import type { Rooms } from './rooms.js'

const MAX_ATTEMPTS = 16

export async function loadJson<T>({ state }: Pick<Rooms, 'state'>, key: string): Promise<T | null> {
  const entry = await state.get(key)
  return entry ? (JSON.parse(entry.value) as T) : null
}

/**
 * Changes a JSON value of the state in the face of other gateways that do the same; `change` may be called again, and
 * answers null where nothing is to be changed. Durable when it resolves.
 */
export async function changeJson<T>(
  { state }: Pick<Rooms, 'state'>,
  key: string,
  until: number,
  change: (before: T | null) => T | null,
): Promise<void> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const entry = await state.get(key)
    const after = change(entry ? (JSON.parse(entry.value) as T) : null)
    if (after === null) return
    const value = JSON.stringify(after)
    const isWritten = entry
      ? await state.update(key, entry.version, value, Math.max(until, entry.expiresAt))
      : (await state.insert(key, value, until)).inserted
    if (isWritten) return
  }
  throw new StorageUnavailableError('Other gateways write the same record all the time; try again.')
}
