import { expect, test } from 'vitest'
import { patternBytes } from './pattern'

const text = (bytes: Uint8Array): string => String.fromCharCode(...bytes)

test('the pattern is lines that begin with their offset in the stream', () => {
  const lines = text(patternBytes(0, 200)).split('\n')
  expect(lines[0]).toBe('0000000000 abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ')
  expect(lines[1].slice(0, 10)).toBe('0000000064')
  expect(lines[2].slice(0, 10)).toBe('0000000128')
})

test('a piece of the pattern depends on its offset alone, however the stream is cut', () => {
  const whole = patternBytes(0, 1_000)
  for (const [start, end] of [
    [0, 1],
    [63, 65],
    [64, 128],
    [1, 999],
    [100, 100],
    [130, 140],
  ]) {
    expect(text(patternBytes(start, end - start))).toBe(text(whole.subarray(start, end)))
  }
  expect(text(patternBytes(64 * 1e9, 10))).toBe('4000000000')
})
