/** How sessions come into the page. The app makes it: only there are the worker and the library of scenarios known. */
import type { SessionInfo, SessionSource } from '../../trace'

export interface ScenarioSummary {
  readonly id: string
  readonly title: string
  readonly summary: string
  readonly focus: SessionInfo['focus']
}

export interface SessionDoor {
  /** The built-in scenarios, in the order in which they are offered. */
  readonly scenarios: () => Promise<readonly ScenarioSummary[]>
  readonly open: (source: SessionSource) => Promise<void>
  /** Opens what is open once more, from its beginning. */
  readonly again: () => Promise<void>
}

/** What each arrangement of the page is given. */
export interface ArrangementProps {
  readonly door: SessionDoor
  readonly onHelp: () => void
  readonly onPalette: () => void
}
