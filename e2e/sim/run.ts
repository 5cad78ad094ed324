/**
 * One simulated run from its seed: invariants after every step, then the network heals and everything must come to an end: each byte delivered,
 * each program through, each socket closed, TIME-WAIT drained. Nothing here may depend on anything but the seed.
 */
import { assert } from '../../src/base'
import type { Micros } from '../../src/base'
import { createRecorder, createWorld, dispatchNext } from '../../src/sim'
import type { TraceRecorder, World } from '../../src/sim'
import { createTrace } from '../../src/trace'
import type { Trace } from '../../src/trace'
import { drawRun } from './draw'
import type { SimRun } from './draw'
import { checkHost } from './invariants'
import type { Edges } from './invariants'
import { watchStreams } from './streams'
import type { Streams } from './streams'
import type { Flow } from './workloads'
import { shiftToWrap } from './wrap'

export interface SimResult {
  readonly run: SimRun
  readonly steps: number
  readonly micros: Micros
  /** What failed, in one sentence; undefined for a good run. */
  readonly failure: string | undefined
  readonly trace: Trace
}

/** After healing: two backoffs of two minutes, the longest work and TIME-WAIT fit many times over. */
const PROGRESS_MICROS = 2_000_000_000
const MOST_STEPS = 2_000_000

/** Runs a seed. With `record` the trace is kept, to be shown; it decides nothing. */
export function simulate(seed: number, record = false): SimResult {
  const drawn = drawRun(seed)
  const run = drawn.wrapsAfter === undefined ? drawn : shiftToWrap(drawn, drawn.wrapsAfter)
  const trace = createTrace()
  const recorder: TraceRecorder = createRecorder(trace, record)
  const world = createWorld(run.spec, recorder)
  let failure: string | undefined
  try {
    play(world, run)
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error)
  }
  return { run, steps: world.state.step, micros: world.state.now, failure, trace }
}

function play(world: World, run: SimRun): void {
  const { state, recorder } = world
  const edges: Edges[] = state.hosts.map(() => new Map())
  const streams: Streams[] = state.hosts.map(() => new Map())
  const cookies = state.hosts.reduce((sum, host) => sum + host.sysctl.tcp_syncookies, 0)
  while (dispatchNext(world)) {
    const touched = recorder.host
    if (touched >= 0) {
      checkHost(state.hosts[touched], edges[touched], state.now)
      if (cookies === 0) watchStreams(state.hosts[touched], streams[touched])
    }
    if (!run.promises && state.now > run.healAt + PROGRESS_MICROS) return
    assert(state.now < run.healAt + PROGRESS_MICROS, `no end in sight: ${stuck(world)}`)
    assert(state.step < MOST_STEPS, `${MOST_STEPS} steps and no end: ${stuck(world)}`)
  }
  if (!run.promises) return
  for (const flow of run.flows) checkDelivery(flow, streams)
  checkDrained(world, run)
}

function checkDelivery(flow: Flow, streams: readonly Streams[]): void {
  const { port, name, connections, toServer, toClient } = flow
  const sum = (host: number, ours: (local: number, remote: number) => boolean): number =>
    Array.from(streams[host].values()).reduce((total, s) => total + (ours(s.local, s.remote) ? s.bytes : 0), 0)
  const [up, down] = [sum(flow.server, (local) => local === port), sum(flow.client, (_, remote) => remote === port)]
  if (toServer !== undefined) {
    assert(up === toServer * connections, `${name}: the server got ${up} of ${toServer * connections} bytes`)
  }
  if (toClient !== undefined) {
    assert(down === toClient * connections, `${name}: the client got ${down} of ${toClient * connections} bytes`)
  }
}

/** Nothing is left: no connection, no packet, no descriptor. A server whose client was cut short may still wait in accept(). */
function checkDrained(world: World, run: SimRun): void {
  const { hosts, network } = world.state
  assert(network.flights.size === 0, `${network.flights.size} packets are still on their way`)
  const kept = run.flows.filter(({ toServer }) => toServer === undefined)
  for (const host of hosts) {
    for (const socket of host.sockets.values()) {
      const { tcb } = socket
      const ofLooseFlow = kept.some(({ port }) => socket.local.port === port || socket.remote.port === port)
      const waits = tcb === undefined || tcb.state === 'LISTEN' || tcb.state === 'CLOSED'
      assert(
        waits && ofLooseFlow,
        `${host.name} socket ${socket.id} is left in ${tcb?.state ?? 'no state'}: ${stuck(world)}`,
      )
    }
  }
}

/** Where every program and connection stands. */
function stuck({ state }: World): string {
  return state.hosts
    .flatMap((host) => [
      ...Array.from(host.threads.values()).flatMap(({ blocked }) =>
        blocked === undefined ? [] : [`${host.name} waits in ${blocked.text}: ${blocked.reason}`],
      ),
      ...Array.from(host.sockets.values()).flatMap(({ tcb }) =>
        tcb === undefined || tcb.state === 'LISTEN' || tcb.state === 'CLOSED'
          ? []
          : [`${host.name}:${tcb.local.port} ${tcb.state} (${tcb.waiting.reason})`],
      ),
    ])
    .join('; ')
}
