/** A built-in scenario played to its suggested end, and questions that tests ask of the trace. */
import { findScenario, micros, toWorldSpec } from '../scenario'
import { createSession, runUntil } from '../sim'
import type { Session } from '../sim'
import { readEvent } from '../trace'
import type { EventOf, EventType, TraceEvent } from '../trace'

export interface ScenarioRun {
  readonly session: Session
  readonly events: readonly TraceEvent[]
}

/** Plays scenario `id` up to `until` (µs), its own suggestion where left out. */
export function playScenario(id: string, until?: number): ScenarioRun {
  const document = findScenario(id)
  if (document === undefined) throw new Error(`there is no scenario ${id}`)
  const session = createSession(toWorldSpec(document))
  runUntil(session, until ?? micros(document.until, 1_000_000))
  const { trace } = session.branch
  const events = Array.from({ length: trace.events.count }, (_, index) => readEvent(trace, index))
  return { session, events }
}

export function eventsOfType<T extends EventType>(run: ScenarioRun, type: T, host?: number): EventOf<T>[] {
  return run.events.filter((event) => {
    return event.type === type && (host === undefined || event.host === host)
  }) as unknown as EventOf<T>[]
}

/** For each socket of a host that changed its state, in order of first change: `CLOSED SYN-SENT ESTABLISHED ...`. */
export function statePaths(run: ScenarioRun, host: number): string[] {
  const paths = new Map<number, string>()
  for (const event of eventsOfType(run, 'tcp/stateChanged', host)) {
    paths.set(event.socket, `${paths.get(event.socket) ?? event.from} ${event.to}`)
  }
  return [...paths.values()]
}

/** What the calls of a host returned, in order: `recv(3, 4096 B) = 0`, `connect(3, 10.0.0.2:80) = -1 ECONNREFUSED`. */
export function returnedCalls(run: ScenarioRun, host: number): string[] {
  return eventsOfType(run, 'host/returned', host).map(({ call, value, errno }) => {
    return `${call} = ${value}${errno === '' ? '' : ` ${errno}`}`
  })
}

/** The chain of causes of an event, nearest first, itself included. */
export function causes(run: ScenarioRun, event: TraceEvent): TraceEvent[] {
  const chain: TraceEvent[] = []
  for (let at: number = event.index; at >= 0; at = run.events[at].cause) chain.push(run.events[at])
  return chain
}
