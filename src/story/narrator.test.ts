import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createNarrator, formatBytes, formatRate, formatSeconds } from './narrator.js'

class Paper {
  text = ''
  constructor(readonly isTTY = false) {}
  write(text: string): void {
    this.text += text
  }
}

describe('the narrator', () => {
  it('numbers the chapters and tells what happens in them', () => {
    const paper = new Paper()
    const narrator = createNarrator(paper)
    narrator.chapter('One')
    narrator.say('This.')
    narrator.chapter('Two')
    expect(paper.text).toBe('\n1. One\n   This.\n\n2. Two\n')
  })

  describe('of something long', () => {
    beforeEach(() => {
      vi.useFakeTimers({ toFake: ['performance'] })
    })
    afterEach(() => {
      vi.useRealTimers()
    })

    /** 1,000 bytes in ten steps of 50 ms each. */
    function progressOn(paper: Paper): void {
      const progress = createNarrator(paper).progress('Up', 1_000)
      for (let bytes = 0; bytes <= 1_000; bytes += 100) {
        progress(bytes)
        vi.advanceTimersByTime(50)
      }
      progress(1_000)
    }

    it('writes four lines on paper', () => {
      const paper = new Paper()
      progressOn(paper)
      expect(paper.text).toBe(
        [
          '   Up:  30 %, 0.0 MB/s',
          '   Up:  60 %, 0.0 MB/s',
          '   Up:  90 %, 0.0 MB/s',
          '   Up: 100 %, 0.0 MB/s',
          '',
        ].join('\n'),
      )
    })

    it('writes one line that moves ten times a second on a terminal, and ends it', () => {
      const paper = new Paper(true)
      progressOn(paper)
      expect(paper.text).toBe(
        `${['20', '40', '60', '80'].map((percent) => `\r   Up:  ${percent} %, 0.0 MB/s  `).join('')}\r   Up: 100 %, 0.0 MB/s  \n`,
      )
    })
  })

  it('knows sizes, rates and times as people say them', () => {
    expect([999, 300_000, 1_500_000, 2_000_000_000].map(formatBytes)).toEqual([
      '1 KB',
      '300 KB',
      '1.5 MB',
      '2,000 MB',
    ])
    expect(formatRate(100_000_000, 2_000)).toBe('50.0 MB/s')
    expect(formatRate(1_000, 0)).toBe('1.0 MB/s')
    expect(formatSeconds(12_345)).toBe('12.3 s')
  })
})
