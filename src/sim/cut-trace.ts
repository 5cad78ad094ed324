/** A copy of the beginning of a trace, for a branch that goes on differently from there. */
import { applyDelta, createTrace, deltaSince } from '../trace'
import type { Trace, TraceMark } from '../trace'

export function cutTrace(trace: Trace, mark: TraceMark): Trace {
  const cut = createTrace()
  applyDelta(cut, deltaSince(trace, { events: 0, packets: 0, texts: 0 }, mark))
  return cut
}
