/** Which programs run on a host, and where their threads stand. Pure: a snapshot in, rows out. */
import { ERRNO } from '../../trace'
import type { HostView, ProcessView, ProgramView, ThreadView } from '../../trace'

export interface RunningThread {
  readonly thread: ThreadView
  readonly process: ProcessView
  readonly line: number
}

/** One text, with all threads that run it, in whatever process. */
export interface RunningProgram {
  readonly index: number
  readonly program: ProgramView
  readonly threads: readonly RunningThread[]
}

/** The programs of a host that some thread still runs, in order of their start. */
export function runningPrograms(host: HostView): readonly RunningProgram[] {
  const byIndex = new Map<number, RunningThread[]>()
  for (const process of host.processes) {
    for (const thread of process.threads) {
      if (thread.place === null) continue
      const row = { thread, process, line: thread.place.line }
      const known = byIndex.get(thread.place.program)
      if (known === undefined) byIndex.set(thread.place.program, [row])
      else known.push(row)
    }
  }
  return [...byIndex]
    .toSorted(([a], [b]) => a - b)
    .map(([index, threads]) => ({ index, program: host.programs[index], threads }))
}

const ERRNO_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(ERRNO).map(([name, [number]]) => [number, name]),
)

/** Variables as `name = value`, errno by its name; the program's settings are in its text already. */
export function variablesOf({ variables }: ThreadView, { lines }: ProgramView): readonly (readonly [string, string])[] {
  const settings = new Set(lines.flatMap(({ text }) => /^const int (\w+)/.exec(text)?.[1] ?? []))
  return Object.entries(variables)
    .filter(([name]) => !settings.has(name))
    .map(
      ([name, value]) => [name, name === 'errno' ? (ERRNO_NAMES.get(value) ?? String(value)) : String(value)] as const,
    )
}

/** A port that nobody listens on yet, from 80. */
export function freePort(host: HostView): number {
  const taken = new Set(
    host.sockets.filter(({ listener }) => listener !== null).map(({ local }) => Number(local.split(':').at(-1))),
  )
  let port = 80
  while (taken.has(port)) port++
  return port
}

/** The newest listener of another host, for a client: its host's address and port. */
export function serverFor(
  host: HostView,
  hosts: readonly HostView[],
): { readonly address: string; readonly port: number } {
  const others = hosts.filter((other) => other.index !== host.index)
  const peer =
    others.find((other) => other.sockets.some(({ listener }) => listener !== null)) ??
    others.find(({ role }) => role === 'server') ??
    others.at(0) ??
    host
  const listener = peer.sockets.findLast((socket) => socket.listener !== null)
  return { address: peer.address, port: Number(listener?.local.split(':').at(-1) ?? 80) }
}
