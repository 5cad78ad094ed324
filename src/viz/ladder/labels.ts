/**
 * Words in the gutters without two of them on top of each other. Each wants a place; the more important ones choose
 * first. What belongs to a line stays at its line or is left out; what belongs to a lifeline (calls, states) may move a little down.
 */
import type { Label } from './picture'

export interface Wish extends Label {
  /** Greater chooses first. */
  readonly weight: number
  /** How far it may move down to find room, in pixels. */
  readonly slack: number
}

const LINE_HEIGHT = 11.5
const BELOW_HEIGHT = 10

interface Taken {
  readonly from: number
  readonly to: number
}

/** The wishes that found room, in order of their height. */
export function placeLabels(wishes: readonly Wish[], top: number, bottom: number): Label[] {
  const taken: Record<Label['align'], Taken[]> = { left: [], right: [] }
  const placed: Label[] = []
  for (const wish of wishes.toSorted((a, b) => b.weight - a.weight || a.y - b.y)) {
    const column = taken[wish.align]
    for (const below of wish.below === '' ? [''] : [wish.below, '']) {
      const y = freePlace(column, wish, below, top, bottom)
      if (y === undefined) continue
      column.push(extent(y, below))
      placed.push({ ...wish, y, below })
      break
    }
  }
  return placed.toSorted((a, b) => a.y - b.y)
}

function extent(y: number, below: string): Taken {
  return { from: y - LINE_HEIGHT / 2, to: y + LINE_HEIGHT / 2 + (below === '' ? 0 : BELOW_HEIGHT) }
}

function freePlace(
  column: readonly Taken[],
  wish: Wish,
  below: string,
  top: number,
  bottom: number,
): number | undefined {
  for (let y = wish.y; y <= wish.y + wish.slack; y += LINE_HEIGHT / 2) {
    const { from, to } = extent(y, below)
    if (from < top || to > bottom) continue
    if (column.every((other) => to <= other.from || from >= other.to)) return y
  }
  return undefined
}
