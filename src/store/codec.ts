/** How a value is written where only text can stand. `decode` of what `encode` wrote is the same value again. */
export interface Codec<T> {
  /** Null: this value is not to be shared. */
  encode(value: T): string | null
  /** May throw for any other text. */
  decode(text: string): T
}

/** `T` where JSON says all of it; never for bigint, dates, bytes, maps, undefined and functions. */
type Json<T> = T extends string | number | boolean | null
  ? T
  : T extends Unsayable
    ? never
    : { [K in keyof T]: Json<T[K]> }

type Unsayable =
  | bigint
  | symbol
  | undefined
  | Date
  | ArrayBufferView
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | CallableFunction

/** 'json' for values that JSON says all of; for others a codec is needed, as they would come back as something else. */
export type CodecOf<T> = Codec<T> | (T extends Json<T> ? 'json' : never)

export function codecOf<T>(codec: CodecOf<T>): Codec<T> {
  if (codec !== 'json') return codec as Codec<T>
  return { encode: (value) => JSON.stringify(value), decode: (text) => JSON.parse(text) as T }
}
