/** Ready-made programs on two hosts and one link, played for a while; what they did, as facts that tests compare. */
import { programSpec } from '../programs'
import type { ProgramSettings } from '../programs'
import { createSession, runUntil, takeSnapshot } from '../sim'
import type { Session } from '../sim'
import { readEvent } from '../trace'
import type { LinkSettings, ProcessView, ProgramSpec, ThreadView, TraceEvent } from '../trace'
import { SERVER, twoHosts } from './worlds'

export { CLIENT, SERVER } from './worlds'

export type Chosen = readonly [id: string, settings?: ProgramSettings, startMicros?: number]

export interface ProgramRunOptions {
  readonly client?: readonly Chosen[]
  readonly server?: readonly Chosen[]
  readonly link?: Partial<LinkSettings>
  readonly seed?: number
  readonly untilMicros: number
}

export interface ProgramRun {
  readonly session: Session
  readonly events: readonly TraceEvent[]
}

/** Runs each program in a process of its own. Clients connect to the server, and start a millisecond after it where nothing is said. */
export function runPrograms(options: ProgramRunOptions): ProgramRun {
  const world = twoHosts({ seed: options.seed, link: options.link })
  const specs = [
    (options.client ?? []).map((chosen) => specOf(chosen, 1_000)),
    (options.server ?? []).map((chosen) => specOf(chosen, 0)),
  ]
  const hosts = world.hosts.map((host, index) => ({ ...host, programs: specs[index] }))
  const session = createSession({ ...world, hosts })
  runUntil(session, options.untilMicros)
  const { trace } = session.branch
  return { session, events: Array.from({ length: trace.events.count }, (_, index) => readEvent(trace, index)) }
}

function specOf([id, settings = {}, startMicros]: Chosen, usual: number): ProgramSpec {
  const isClient = programSpec(id, { server: '10.0.0.2' }, 0).ok
  const spec = programSpec(id, { ...settings, ...(isClient ? { server: '10.0.0.2' } : {}) }, startMicros ?? usual)
  if (!spec.ok) throw new Error(spec.error)
  return { ...spec.value, process: `${id} ${startMicros ?? usual}` }
}

/** What the programs of a host took for messages: the text, or its length where it is too long to be shown whole. */
export function messagesOf(run: ProgramRun, host = SERVER): string[] {
  return run.events.flatMap((event) =>
    event.type === 'host/messageHandled' && event.host === host ? [event.text] : [],
  )
}

/** Calls of a host with what they returned, in order. */
export function returnsOf(run: ProgramRun, host: number, name = ''): string[] {
  return run.events.flatMap((event) => {
    if (event.type !== 'host/returned' || event.host !== host || !event.call.startsWith(name)) return []
    return [`${event.call} = ${event.value}${event.errno === '' ? '' : ` ${event.errno}`}`]
  })
}

export function processesOf({ session }: ProgramRun, host: number): readonly ProcessView[] {
  return takeSnapshot(session).hosts[host].processes
}

export function threadsOf(run: ProgramRun, host: number): readonly ThreadView[] {
  return processesOf(run, host).flatMap((process) => process.threads)
}

/** The lines of text at which the threads of a host stand. */
export function standing(run: ProgramRun, host: number): string[] {
  const { programs } = takeSnapshot(run.session).hosts[host]
  return threadsOf(run, host).flatMap(({ place }) =>
    place === null ? [] : [programs[place.program].lines[place.line].text],
  )
}

/** States of the sockets of a host. */
export function statesOf({ session }: ProgramRun, host: number): string[] {
  return takeSnapshot(session).hosts[host].sockets.map((socket) => socket.state)
}
