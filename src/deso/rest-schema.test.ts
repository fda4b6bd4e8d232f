import { describe, expect, it } from 'vitest'
import { NodeUnavailableError } from '../errors.js'
import { JsonValue, NonsenseAnswerError } from './rest-schema.js'

describe('a value of an answer', () => {
  it('is read by its kind', () => {
    const json = new JsonValue({
      text: 'x',
      flag: false,
      height: 5,
      rate: 1.5,
      nanos: 18446744073709551615n,
      hash: 'ab'.repeat(32),
      bytes: '00ff',
      list: [1, 2],
      map: { a: '', __proto__x: 'y' },
      nothing: null,
    })
    expect(json.field('text').text()).toBe('x')
    expect(json.field('flag').flag()).toBe(false)
    expect(json.field('height').integer()).toBe(5)
    expect(json.field('height').amount()).toBe(5n)
    expect(json.field('rate').number()).toBe(1.5)
    expect(json.field('nanos').amount()).toBe(18446744073709551615n)
    expect(json.field('nanos').number()).toBe(18446744073709552000)
    expect(json.field('hash').hash()).toBe('ab'.repeat(32))
    expect(json.field('bytes').bytes()).toEqual(Uint8Array.of(0, 255))
    expect(
      json
        .field('list')
        .list()
        .map((item) => item.integer()),
    ).toEqual([1, 2])
    expect([...json.field('map').texts()]).toEqual([
      ['a', ''],
      ['__proto__x', 'y'],
    ])
    expect(json.field('nothing').list()).toEqual([])
    expect(json.field('nothing').texts()).toEqual(new Map())
    expect(json.field('missing').isNull).toBe(true)
  })

  it.each<[string, (json: JsonValue) => unknown, string]>([
    ['a missing text', (json) => json.field('a').text(), 'a is not a text'],
    ['a number for a text', (json) => json.field('n').text(), 'n is not a text'],
    ['a text for a height', (json) => json.field('t').integer(), 't is not a number'],
    ['a fraction for a height', (json) => json.field('f').integer(), 'f is not an integer from 0'],
    ['a height below 0', (json) => json.field('minus').integer(), 'minus is not an integer from 0'],
    ['a height beyond 2^53', (json) => json.field('big').integer(), 'big is not a number'],
    ['an amount beyond 2^64', (json) => json.field('big').amount(), 'big is not an unsigned 64-bit integer'],
    ['a price below 0', (json) => json.field('minus').number(), 'minus is not a number from 0'],
    ['a text for a flag', (json) => json.field('t').flag(), 't is not true or false'],
    ['a short hash', (json) => json.field('t').hash(), 't is not 32 bytes in hex'],
    ['empty bytes', (json) => json.field('empty').bytes(), 'empty is not bytes in hex'],
    ['an object for a list', (json) => json.field('o').list(), 'o is not an array'],
    ['a list for an object', (json) => json.field('l').field('x'), 'l is not an object'],
    ['a number in a map of texts', (json) => json.field('o').texts(), 'o.x is not a text'],
    ['a field of an element', (json) => json.field('l').list()[0]?.field('x'), 'l[0] is not an object'],
    ['what an object inherits', (json) => json.field('constructor').text(), 'constructor is not a text'],
  ])('that is %s throws by its path', (_, read, message) => {
    const json = new JsonValue({
      n: 1,
      t: 'x',
      f: 1.5,
      minus: -1,
      big: 2n ** 64n,
      empty: '',
      o: { x: 1 },
      l: [1],
    })
    expect(() => read(json)).toThrow(NonsenseAnswerError)
    expect(() => read(json)).toThrow(NodeUnavailableError)
    expect(() => read(json)).toThrow(`The DeSo node answered nonsense: ${message}.`)
  })

  it('at the top has no path', () => {
    expect(() => new JsonValue([]).field('x')).toThrow(
      'The DeSo node answered nonsense: the answer is not an object.',
    )
  })
})
