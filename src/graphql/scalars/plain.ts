import { GraphQLScalarType } from 'graphql'
import { Upload } from 'graphql-upload-ts'
import { serializeText, textScalar } from './text-scalar.js'

const RFC3339 = /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/

export const DateTimeScalar = textScalar<Date>({
  name: 'DateTime',
  description: 'A moment, as RFC 3339 in UTC, e.g. 2026-11-24T11:00:00.000Z.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  parse: (text) => {
    const [, day] = RFC3339.exec(text) ?? []
    const time = isDay(day) ? Date.parse(text) : Number.NaN
    if (Number.isNaN(time)) throw new Error('write RFC 3339, e.g. 2026-11-24T11:00:00Z')
    return new Date(time)
  },
  serialize: (value) => {
    if (!(value instanceof Date)) throw new TypeError('expected a Date')
    return value.toISOString()
  },
})

/** Date.parse takes the 30th of February for the 2nd of March. */
function isDay(day: string | undefined): boolean {
  const midnight = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().slice(0, 10) === day
}

export const UrlScalar = textScalar<string>({
  name: 'URL',
  description: 'An absolute URL.',
  specifiedByURL: 'https://url.spec.whatwg.org/',
  parse: (text) => {
    if (text.length > 2048 || !URL.canParse(text))
      throw new Error('not an absolute URL of at most 2048 characters')
    return text
  },
  serialize: serializeText,
})

/** A file of a multipart request: the value that http/multipart.ts puts into the variables. */
export const UploadScalar = new GraphQLScalarType<Upload, never>({
  name: 'Upload',
  description:
    'A file, sent by the GraphQL multipart request specification. It is read once, in the order of the parts, straight from the connection.',
  specifiedByURL: 'https://github.com/jaydenseric/graphql-multipart-request-spec',
  parseValue: (value) => {
    if (value instanceof Upload) return value
    throw new TypeError('Upload: send the request as multipart/form-data and map a file to this variable.')
  },
  parseLiteral: () => {
    throw new TypeError('Upload: a file cannot be a literal; use a variable.')
  },
  serialize: () => {
    throw new TypeError('Upload is an input only.')
  },
})
