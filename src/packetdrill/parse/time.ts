/** When an event is due: `0.2`, `+.1`, `+.1~+.2`, `.1~.2`, `*`. */
import type { Micros } from '../../base'
import type { EventTime } from '../syntax'
import { expect, take, takeText } from './scan'
import type { Scanner } from './scan'

const SECONDS = /\d+(?:\.\d*)?|\.\d+/y

export function parseTime(scanner: Scanner): EventTime {
  if (takeText(scanner, '*')) return { kind: 'any' }
  const relative = takeText(scanner, '+')
  const from = seconds(scanner, 'a time such as 0.1, +.1, +.1~+.2 or *')
  // `+0...0.3` is a range of a call and belongs to the call.
  if (!takeText(scanner, '~')) return relative ? { kind: 'relative', after: from } : { kind: 'absolute', at: from }
  if (relative) takeText(scanner, '+')
  const to = seconds(scanner, 'the end of the range of times')
  return { kind: relative ? 'relativeRange' : 'absoluteRange', from, to }
}

/** The `...b` behind a call's time. */
export function parseUntil(scanner: Scanner): Micros | undefined {
  if (take(scanner, /\.\.\.(?=\s*[\d.])/y) === undefined) return undefined
  return seconds(scanner, 'the time at which the call returns')
}

function seconds(scanner: Scanner, what: string): Micros {
  // In `0...0.3` the dots are not the number's.
  const whole = take(scanner, /\d+(?=\.\.\.)/y)
  const match = whole ?? expect(scanner, SECONDS, what)
  return Math.round(Number(match[0]) * 1_000_000)
}
