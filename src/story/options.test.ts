import { describe, expect, it } from 'vitest'
import { parseSize, parseStoryOptions, StoryUsageError } from './options.js'

describe('the story’s options', () => {
  it('are a film of 100 MB on a gateway of its own unless others are given', () => {
    expect(parseStoryOptions([])).toEqual({ size: 100_000_000, running: null })
  })

  it('name a running gateway by its address and that of its chain', () => {
    const args = ['--size', '1GB', '--url', 'http://localhost:4000/', '--chain', 'http://localhost:18001']
    expect(parseStoryOptions(args)).toEqual({
      size: 1_000_000_000,
      running: { url: 'http://localhost:4000', chainUrl: 'http://localhost:18001' },
    })
  })

  it.each([
    ['1000', 1_000],
    ['300KB', 300_000],
    ['1.5 mb', 1_500_000],
    ['12GB', 12_000_000_000],
    ['2000B', 2_000],
  ])('read the size %s', (text, size) => {
    expect(parseSize(text)).toBe(size)
  })

  it.each(['', '0', '999', '-1MB', '1TB', '1,5MB', 'MB', '1e9', '1MiB'])('refuse the size %j', (text) => {
    expect(() => parseSize(text)).toThrow(StoryUsageError)
  })

  it.each([
    [['--url', 'http://localhost:4000'], 'Give --url and --chain together.'],
    [['--chain', 'http://localhost:4000'], 'Give --url and --chain together.'],
    [['--url', 'localhost', '--chain', 'http://x'], 'localhost is no http URL.'],
    [['--url', 'ftp://x', '--chain', 'http://x'], 'ftp://x is no http URL.'],
  ])('refuse %j', (args, message) => {
    expect(() => parseStoryOptions(args)).toThrow(new StoryUsageError(message))
  })

  it.each([[['--speed', '2']], [['100MB']], [['--size']]])('refuse %j', (args) => {
    expect(() => parseStoryOptions(args)).toThrow(StoryUsageError)
  })
})
