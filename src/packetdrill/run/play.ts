/** Plays a script: each event at its time, until the last or the first that does not hold. */
import type { ScriptEvent } from '../syntax'
import { finishPending, runCall } from './calls'
import { runCodeEvent } from './code-event'
import { Failure, unsupportedAt } from './failure'
import { sendInbound } from './inbound'
import { sendInboundIcmp } from './inbound-icmp'
import { expectOutbound, nextPacket } from './outbound'
import type { Run } from './run'
import { dueTime } from './timing'

export interface Played {
  readonly result: 'pass' | 'fail' | 'unsupported'
  /** Line of the event that failed; 0 when none did. */
  readonly line: number
  /** `expected ... got ...`; '' for a pass. */
  readonly message: string
  /** The failing event as written. */
  readonly event: string
  /** What happened up to there, a line each. */
  readonly ladder: readonly string[]
  readonly notes: readonly string[]
  /** As Run's. */
  readonly untimely: readonly string[]
}

/**
 * In virtual time a call that writes takes this long. On no machine does it take nothing, and it shows: what answers the last of several writes "at
 * once" has seen the first of them longer ago, so that two round trips are never the same to the microsecond.
 */
const WRITE_MICROS = 1
const WRITES: ReadonlySet<string> = new Set(['write', 'writev', 'send', 'sendto', 'sendmsg', 'sendfile'])

/** Plays the script on the machine that the run was made with. */
export function playScript(run: Run): Played {
  const { script } = run
  let current: ScriptEvent | undefined
  const outcome = (result: Played['result'], line: number, message: string): Played => ({
    result,
    line,
    message,
    event: current?.text ?? '',
    ladder: run.ladder,
    notes: run.notes,
    untimely: run.untimely,
  })
  try {
    if (script.options.ipVersion === 'ipv6') return outcome('unsupported', 1, 'IPv6 is not played')
    for (const shell of script.setup) run.machine.shell(shell)
    for (const event of script.events) {
      current = event
      runEvent(run, event)
    }
    finishPending(run)
    reportRest(run)
    return outcome('pass', 0, '')
  } catch (error) {
    if (error instanceof Failure) return outcome(error.unsupported ? 'unsupported' : 'fail', error.line, error.message)
    // Our own bug, or the stack's: the script fails, and says so.
    if (error instanceof Error) {
      return outcome('fail', current?.line ?? 0, `the stack broke: ${error.message}`)
    }
    throw error
  }
}

function runEvent(run: Run, event: ScriptEvent): void {
  const { what } = event
  if (what.kind === 'outbound') {
    expectOutbound(run, event, what.packet)
  } else {
    const { from } = dueTime(run, event.time)
    if (Number.isFinite(from)) run.machine.advanceTo(from)
    switch (what.kind) {
      case 'inbound':
        sendInbound(run, event, what.packet)
        break
      case 'call':
        runCall(run, event, what.call)
        if (run.machine.slackMicros === 0 && WRITES.has(what.call.name)) {
          run.machine.advanceTo(run.machine.now + WRITE_MICROS)
        }
        break
      case 'shell':
        run.machine.shell(what.shell)
        break
      case 'code':
        runCodeEvent(run, event.line, what.statements)
        break
      case 'inboundIcmp':
        sendInboundIcmp(run, event, what.icmp)
        break
      case 'outboundIcmp':
        unsupportedAt(event.line, 'a host with TCP alone sends no ICMP')
    }
  }
  run.finishedAt = run.machine.now
}

/** Packets that the script did not ask for are only reported. */
function reportRest(run: Run): void {
  let more = 0
  while (run.machine.sent.length > 0 && nextPacket(run, run.machine.now) !== undefined) more++
  if (more > 0) run.notes.push(`${more} packets more than the script asks for`)
}
