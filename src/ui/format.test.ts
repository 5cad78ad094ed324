import { describe, expect, it } from 'vitest'
import { briefDuration, clockText, grouped, rateText, speedText } from './format'

describe('numbers as they are shown', () => {
  it.each([
    [0, '0'],
    [1448, '1448'],
    [43_440, '43\u202f440'],
    [1_234_567, '1\u202f234\u202f567'],
  ])('groups the digits of %i', (value, shown) => {
    expect(grouped(value)).toBe(shown)
  })

  it.each([
    [0, '0.0 ms'],
    [176_449, '176.4 ms'],
    [1_010_039, '1010.0 ms'],
    [12_345_678, '12.345 s'],
    [7_875_000_000, '2 h 11 min 15 s'],
  ])('shows the clock at %i µs', (at, shown) => {
    expect(clockText(at)).toBe(shown)
  })

  it.each([
    [0.0001, '1/10\u202f000'],
    [0.01, '1/100'],
    [1, '1'],
    [20, '20'],
  ])('shows the speed %f', (speed, shown) => {
    expect(speedText(speed)).toBe(shown)
  })

  it('shows rates in the unit that reads best', () => {
    expect(rateText(3_000_000)).toBe('3 Mbit/s')
    expect(rateText(9_600)).toBe('9.6 kbit/s')
    expect(rateText(1e9)).toBe('1 Gbit/s')
  })

  it('shows remaining times with few digits', () => {
    expect(briefDuration(223_612)).toBe('223.6 ms')
    expect(briefDuration(1_234_567)).toBe('1.23 s')
    expect(briefDuration(59_800_000)).toBe('59.8 s')
    expect(briefDuration(7_199_999_999)).toBe('2 h')
  })
})
