/**
 * The snapshot at a pace that eyes can follow. While the clock runs, panels of words and numbers are drawn ten times a second, and thirty
 * times while something happens; every frame is for what moves. When the clock stands, each change is shown at once.
 */
import { useEffect, useState } from 'react'
import { store } from '../../store'
import type { State } from '../../store'
import type { Snapshot } from '../../trace'

const CLOCK_ONLY_MS = 100
const EVENTS_MS = 33

/** How long to wait before `next` is shown, given what is shown and since when. */
function patience(shown: Snapshot | null, next: State, shownForMs: number): number {
  if (!next.playing || shown === null || next.snapshot === null) return 0
  const least = next.snapshot.position.event === shown.position.event ? CLOCK_ONLY_MS : EVENTS_MS
  return Math.max(0, least - shownForMs)
}

export function useCalmSnapshot(): Snapshot | null {
  const [shown, setShown] = useState(() => store.getState().snapshot)
  useEffect(() => {
    let current: Snapshot | null = null
    let shownAt = 0
    let timer: ReturnType<typeof setTimeout> | undefined
    const show = (): void => {
      clearTimeout(timer)
      timer = undefined
      current = store.getState().snapshot
      shownAt = performance.now()
      setShown(current)
    }
    const changed = (state: State): void => {
      if (state.snapshot === current) return
      const wait = patience(current, state, performance.now() - shownAt)
      if (wait === 0) show()
      else timer ??= setTimeout(show, wait)
    }
    const stop = store.subscribe(changed)
    show()
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [])
  return shown
}
