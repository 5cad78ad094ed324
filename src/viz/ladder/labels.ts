/**
 * Words in the gutters without two of them on top of each other. Each wants a place; the more important ones choose
 * first. What belongs to a line stays at its line or is left out. What belongs to a lifeline (calls, states) may move a little: above
 * what it led to at the same instant, below what it came from.
 */
import type { Label } from './picture'

export interface Wish extends Label {
  /** Greater chooses first. */
  readonly weight: number
  /** How far it may move to find room, in pixels. */
  readonly slack: number
}

interface Placing {
  readonly wish: Wish
  /** Which way it moves. */
  readonly direction: 1 | -1
  /** Its distance in events from the one that holds the place; nearer ones choose first. */
  readonly distance: number
}

const LINE_HEIGHT = 11.5
const BELOW_HEIGHT = 10
/** What came of something is written close below it; what led to it may stack up. */
const MOST_DOWN = 24

interface Taken {
  readonly from: number
  readonly to: number
}

/** The wishes that found room, in order of their height. */
export function placeLabels(wishes: readonly Wish[], top: number, bottom: number): Label[] {
  const taken: Record<Label['align'], Taken[]> = { left: [], right: [] }
  const placed: Label[] = []
  for (const { wish, direction } of inOrder(wishes)) {
    const column = taken[wish.align]
    for (const below of wish.below === '' ? [''] : [wish.below, '']) {
      const y = freePlace(column, wish, below, direction, top, bottom)
      if (y === undefined) continue
      column.push(extent(y, below))
      placed.push({ ...wish, y, below })
      break
    }
  }
  return placed.toSorted((a, b) => a.y - b.y)
}

/** The order of choosing. At one instant the weightiest holds the place; what came before it goes above, the rest below. */
function inOrder(wishes: readonly Wish[]): Placing[] {
  const holders = new Map<string, Wish>()
  const instant = (wish: Wish): string => `${wish.align} ${Math.round(wish.y)}`
  for (const wish of wishes) {
    const holder = holders.get(instant(wish))
    if (holder === undefined || wish.weight > holder.weight) holders.set(instant(wish), wish)
  }
  return wishes
    .map((wish): Placing => {
      const holder = holders.get(instant(wish)) ?? wish
      const direction = wish.event < holder.event ? -1 : 1
      return { wish, direction, distance: Math.abs(wish.event - holder.event) }
    })
    .toSorted((a, b) => b.wish.weight - a.wish.weight || a.distance - b.distance || a.wish.y - b.wish.y)
}

function extent(y: number, below: string): Taken {
  return { from: y - LINE_HEIGHT / 2, to: y + LINE_HEIGHT / 2 + (below === '' ? 0 : BELOW_HEIGHT) }
}

function freePlace(
  column: readonly Taken[],
  wish: Wish,
  below: string,
  direction: 1 | -1,
  top: number,
  bottom: number,
): number | undefined {
  const slack = direction < 0 ? wish.slack : Math.min(wish.slack, MOST_DOWN)
  for (let moved = 0; moved <= slack; moved += LINE_HEIGHT / 2) {
    const y = wish.y + moved * direction
    const { from, to } = extent(y, below)
    if (from < top || to > bottom) continue
    if (column.every((other) => to <= other.from || from >= other.to)) return y
  }
  return undefined
}
