/**
 * Writes a script by playing it: calls and inbound packets are done to a host of ours one by one, and what the host sends and returns becomes
 * the script's expectations. Played on another machine, the script fails where that machine does otherwise.
 */
import { peekTime } from '../base'
import type { Micros } from '../base'
import { parseScript } from './parse/script'
import { createHostRun } from './run/create'
import { sendInbound } from './run/inbound'
import { observe } from './run/outbound'
import type { HostRun } from './run/run'
import { showPacket } from './run/show'
import type { ShownPacket } from './run/show'
import type { CallLine, ScriptEvent } from './syntax'

export interface Recording {
  readonly run: HostRun
  /** Every packet of the connection so far, with when it left. */
  readonly sent: { readonly at: Micros; readonly packet: ShownPacket }[]
  /** The script so far. */
  readonly lines: string[]
  /** When the last line's event was done. */
  finishedAt: Micros
}

/** `head` is what stands before the first event: options and settings. Throws when it does not parse. */
export function startRecording(head: string): Recording {
  const parsed = parseScript('recording', head)
  if (!parsed.ok) throw new Error(parsed.error.message)
  const run = createHostRun(parsed.value)
  for (const shell of parsed.value.setup) run.machine.shell(shell)
  return { run, sent: [], lines: [head.trimEnd()], finishedAt: 0 }
}

/** Lets the host act until `to`. */
export function recordUntil(recording: Recording, to: Micros): void {
  const { machine } = recording.run
  while (machine.awaitThat(to, () => machine.sent.length > 0)) collect(recording)
}

/** When the host will next do something by itself, as far as it knows. */
export function nextDeed(recording: Recording): Micros {
  const { timers, threads } = recording.run.machine
  return Math.min(peekTime(timers), peekTime(threads))
}

/**
 * Does one event now, written as in a script but without its time: `< . 1:1(0) ack 1 win 257`, `write(4, ..., 100) = 0`. What a call
 * returns takes the place of what is written there. Throws for a call that blocks.
 */
export function record(recording: Recording, text: string): void {
  const { run, lines } = recording
  const event = eventOf(text)
  if (event.what.kind === 'inbound') {
    sendInbound(run, event, event.what.packet)
    lines.push(timed(recording, text))
  } else if (event.what.kind === 'call') {
    const result = resultOf(run, event.what.call, text)
    lines.push(timed(recording, text.replace(/\)\s*=[^=]*$/, `) = ${result}`)))
  }
  collect(recording)
}

function eventOf(text: string): ScriptEvent {
  const script = parseScript('recording', `+0 ${text}`)
  if (!script.ok) throw new Error(script.error.message)
  return script.value.events[0]
}

function resultOf(run: HostRun, call: CallLine, text: string): string {
  const answer = run.machine.perform(1, call).answer()
  if (answer === undefined) throw new Error(`${text} blocks`)
  if (answer.errno !== '') return `-1 ${answer.errno}`
  return String(answer.kind === 'descriptor' ? call.result : answer.value)
}

/** What the host has sent by now becomes lines. */
function collect(recording: Recording): void {
  const { run, sent, lines } = recording
  for (let next = run.machine.sent.shift(); next !== undefined; next = run.machine.sent.shift()) {
    const packet = observe(run, next)
    if (packet === undefined) continue
    sent.push({ at: next.at, packet })
    lines.push(timed(recording, `> ${showPacket(packet)}`))
  }
}

function timed(recording: Recording, text: string): string {
  const { now } = recording.run.machine
  const after = now - recording.finishedAt
  recording.finishedAt = now
  return `+${(after / 1_000_000).toFixed(6)} ${text}`
}
