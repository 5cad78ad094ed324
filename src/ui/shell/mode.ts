/** Which arrangement fits the window: a desk with everything in view, a tablet with the heroes side by side, a phone with one at a time. */
import { useSyncExternalStore } from 'react'

export type Mode = 'desk' | 'tablet' | 'phone'

const DESK = matchMedia('(min-width: 1180px)')
const TABLET = matchMedia('(min-width: 720px)')

function subscribe(changed: () => void): () => void {
  const queries = [DESK, TABLET]
  for (const query of queries) query.addEventListener('change', changed)
  return () => {
    for (const query of queries) query.removeEventListener('change', changed)
  }
}

function currentMode(): Mode {
  if (DESK.matches) return 'desk'
  return TABLET.matches ? 'tablet' : 'phone'
}

export function useMode(): Mode {
  return useSyncExternalStore(subscribe, currentMode)
}

/** `?embed` shows the heroes and the transport alone, for a course page. */
export function isEmbedded(): boolean {
  return new URLSearchParams(location.search).has('embed')
}
