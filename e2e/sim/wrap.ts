/**
 * Moves a whole run in time so that sequence numbers pass 2^32 while it is played: the initial sequence number follows the clock (RFC 9293 3.4.1),
 * so a later start is another number. How fast that clock runs is measured, not assumed.
 */
import type { Micros, Seq32 } from '../../src/base'
import { createRecorder, createWorld, dispatchNext } from '../../src/sim'
import { createTrace } from '../../src/trace'
import type { WorldSpec } from '../../src/trace'
import type { SimRun } from './draw'

const SPACE = 2 ** 32
const MEASURED_MICROS = 4_000_000
/** Steps in which some connection is surely opened, or the run has none. */
const FIRST_STEPS = 400

/** The run with its first connection's ISN `before` short of the wrap, as near as the clock's tick allows. */
export function shiftToWrap(run: SimRun, before: number): SimRun {
  const first = firstIss(run.spec)
  const later = firstIss(shift(run, MEASURED_MICROS).spec)
  if (first === undefined || later === undefined) return run
  const perMicro = ((later - first + SPACE) % SPACE) / MEASURED_MICROS
  if (perMicro === 0) return run
  const missing = (SPACE - before - first + SPACE) % SPACE
  return shift(run, Math.floor(missing / perMicro))
}

function shift(run: SimRun, by: Micros): SimRun {
  const { spec } = run
  return {
    ...run,
    healAt: run.healAt + by,
    spec: {
      ...spec,
      hosts: spec.hosts.map((host) => ({
        ...host,
        programs: host.programs.map((program) => ({ ...program, startMicros: program.startMicros + by })),
      })),
      actions: spec.actions.map((timed) => ({ ...timed, at: timed.at + by })),
    },
  }
}

/** ISS of the first connection that is opened. */
function firstIss(spec: WorldSpec): Seq32 | undefined {
  const world = createWorld(spec, createRecorder(createTrace(), false))
  for (let steps = 0; steps < FIRST_STEPS && dispatchNext(world); steps++) {
    for (const host of world.state.hosts) {
      for (const { tcb } of host.sockets.values()) if (tcb?.state === 'SYN-SENT') return tcb.iss
    }
  }
  return undefined
}
