/**
 * The largest value of a sliding window, from three samples: the best, the best since that one, and the best since that. Linux lib/minmax.c
 * (Kathleen Nichols' algorithm). The numbers stand in an algorithm's flat record, under names that begin with `name`.
 */
type Numbers = Record<string, number>

/** Forgets all but `value`, seen at `at` (minmax_reset). */
export function resetMax(own: Numbers, name: string, at: number, value: number): void {
  for (const place of [0, 1, 2]) put(own, name, place, at, value)
}

/** The best sample of the window. */
export function windowedMax(own: Numbers, name: string): number {
  return own[`${name}0`]
}

/** Takes a sample; `at` and `window` are in one unit, rounds or µs (minmax_running_max). */
export function runningMax(own: Numbers, name: string, window: number, at: number, value: number): void {
  const [best, second, third] = [0, 1, 2].map((place) => own[`${name}${place}`])
  if (value >= best || at - own[`${name}2At`] > window) {
    resetMax(own, name, at, value)
    return
  }
  if (value >= second) {
    put(own, name, 1, at, value)
    put(own, name, 2, at, value)
  } else if (value >= third) {
    put(own, name, 2, at, value)
  }
  ageOut(own, name, window, at, value)
}

/** The best one leaves the window, or no better one was seen for a quarter, or a half, of it (minmax_subwin_update). */
function ageOut(own: Numbers, name: string, window: number, at: number, value: number): void {
  const age = at - own[`${name}0At`]
  if (age > window) {
    move(own, name, 1, 0)
    move(own, name, 2, 1)
    put(own, name, 2, at, value)
    if (at - own[`${name}0At`] > window) {
      move(own, name, 1, 0)
      move(own, name, 2, 1)
    }
  } else if (own[`${name}1At`] === own[`${name}0At`] && age > window / 4) {
    put(own, name, 1, at, value)
    put(own, name, 2, at, value)
  } else if (own[`${name}2At`] === own[`${name}1At`] && age > window / 2) {
    put(own, name, 2, at, value)
  }
}

function put(own: Numbers, name: string, place: number, at: number, value: number): void {
  own[`${name}${place}`] = value
  own[`${name}${place}At`] = at
}

function move(own: Numbers, name: string, from: number, to: number): void {
  put(own, name, to, own[`${name}${from}At`], own[`${name}${from}`])
}
