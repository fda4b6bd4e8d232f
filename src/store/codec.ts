/** How a value is written where only text can stand. `decode` of what `encode` wrote is the same value again. */
export interface Codec<T> {
  encode(value: T): string
  /** May throw for any other text. */
  decode(text: string): T
}

/** `T` where JSON says all of it; never for bigint, dates, bytes, maps, undefined and functions. */
type Json<T> = T extends string | number | boolean | null
  ? T
  : T extends
        | bigint
        | symbol
        | undefined
        | Date
        | ArrayBufferView
        | ReadonlyMap<unknown, unknown>
        | ReadonlySet<unknown>
        | CallableFunction
    ? never
    : { [K in keyof T]: Json<T[K]> }

/** For values that JSON says all of; others are a type error here, as they would come back as something else. */
export function jsonCodec<T>(..._isJson: T extends Json<T> ? [] : [never]): Codec<T> {
  return { encode: (value) => JSON.stringify(value), decode: (text) => JSON.parse(text) as T }
}
