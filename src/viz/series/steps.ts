/**
 * A series as a stepped line for a canvas: corners where samples are few; where several fall on one column of pixels, that column's
 * first, lowest, highest and last value, so that no peak is lost and the line has at most a few corners for each pixel.
 */
import { bisectRight } from 'd3'

/** Corners x, y, x, y ... of one line. */
export type Line = readonly number[]

export interface StepSource {
  readonly at: Float64Array
  readonly values: Float64Array
  readonly count: number
  /** Higher values are left out as infinite ones are. */
  readonly most?: number
}

/** How time lies on the picture: µs to px and back. */
export interface TimeMap {
  readonly x: (at: number) => number
  readonly at: (x: number) => number
}

/**
 * The line of samples [0, count) up to time `end`. `y` maps a value to px; infinite values are left out and start a new line.
 */
export function stepLines(
  source: StepSource,
  end: number,
  time: TimeMap,
  y: (value: number) => number,
): readonly Line[] {
  const { at, values } = source
  const most = source.most ?? Number.MAX_VALUE
  const count = lastAt(at, source.count, end) + 1
  const lines: number[][] = []
  let line: number[] = []
  let last = Number.NaN
  for (let i = 0; i < count;) {
    const column = Math.round(time.x(at[i]))
    const columnEnds = time.at(column + 0.5)
    let lowest = values[i]
    let highest = lowest
    let first = lowest
    let value = lowest
    for (i++; i < count && at[i] < columnEnds; i++) {
      value = values[i]
      if (first > most) first = value
      if (value < lowest) lowest = value
      if (value > highest || highest > most) highest = value
    }
    if (value > most) {
      if (line.length > 0) lines.push([...line, column, y(last)])
      line = []
      last = Number.NaN
      continue
    }
    if (!Number.isNaN(last)) line.push(column, y(last))
    line.push(column, y(first > most ? value : first))
    if (lowest !== highest) line.push(column, y(lowest), column, y(highest))
    line.push(column, y(value))
    last = value
  }
  if (line.length > 0) lines.push([...line, time.x(end), y(last)])
  return lines
}

/** Place of the last entry at or before `at` in ascending `times`; -1 where all are later. */
export function lastAt(times: ArrayLike<number>, count: number, at: number): number {
  return bisectRight(times, at, 0, count) - 1
}
