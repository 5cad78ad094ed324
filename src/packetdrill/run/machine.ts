/**
 * The host under test with its clock: the part of a world that a script needs. There is no network; what the host sends is queued here for
 * the script to look at, and what the script sends arrives at once.
 *
 * Time goes on only when the runner asks. Where a timer of the host and an event of the script fall on the same microsecond the
 * script comes first: a kernel's timers fire at the tick after their time.
 */
import { createEventHeap, peekTime, popEvent, pushEvent } from '../../base'
import type { EventHeap, HeapEvent, Micros } from '../../base'
import { createHost, hostCall, hostPacketArrives, hostSocketDue, hostThreadDue } from '../../host'
import type { Host, HostIo } from '../../host'
import { createRecorder } from '../../sim'
import type { TraceRecorder } from '../../sim'
import { createTrace } from '../../trace'
import type { Call, HostSpec } from '../../trace'
import { encodeHeaders, encodeIcmp } from '../../wire'
import type { AnyPacket, IcmpMessage, Ipv4Header, TcpSegment } from '../../wire'
import type { SentPacket } from './under-test'

/** The clock and the queues of a host under test. */
export interface Machine {
  readonly host: Host
  readonly recorder: TraceRecorder
  readonly io: HostIo & { now: Micros }
  readonly timers: EventHeap
  readonly threads: EventHeap
  readonly sent: SentPacket[]
  now: Micros
  nextSocket: number
  nextThread: number
  /** What is left of MAX_STEPS. */
  stepsLeft: number
  /** Moments that a call of the script waits for, which the host knows nothing of. */
  wakeAt: (at: Micros) => void
  onProgress: () => void
}

/** Things that a host may do in one script: some hundred times what the longest scripts need. */
const MAX_STEPS = 2_000_000

/** The process that makes the script's calls: a host's first. */
export const PID = 1_000
const SOCKET = 0
const THREAD = 1
const ALARM = 2
const HOST = 0
const WIRE = 1
/** The way of the one interface. */
const ETH0 = 0

export function createMachine(spec: HostSpec): Machine {
  const recorder = createRecorder(createTrace())
  const machine: Machine = {
    host: createHost(spec, HOST, 1),
    recorder,
    io: {
      now: 0,
      recorder,
      // Scripts expect segments; what a host says by ICMP is nothing to them.
      send: (packet) => {
        if (packet.segment !== undefined) machine.sent.push({ at: machine.now, packet })
      },
      link: () => ({ connected: true, mtuBytes: 0, icmpSilent: false }),
      neighbourAnswers: () => true,
      scheduleNeighbours: () => undefined,
      scheduleSocket: (_, socket, at) => pushEvent(machine.timers, at, SOCKET, HOST, socket),
      scheduleThread: (_, thread, at) => pushEvent(machine.threads, at, THREAD, HOST, thread),
      newSocketId: () => machine.nextSocket++,
      newThreadId: () => machine.nextThread++,
    },
    timers: createEventHeap(),
    threads: createEventHeap(),
    sent: [],
    now: 0,
    nextSocket: 1,
    nextThread: 1,
    stepsLeft: MAX_STEPS,
    wakeAt: (at) => pushEvent(machine.timers, at, ALARM, HOST, 0),
    onProgress: () => undefined,
  }
  return machine
}

/** Lets the host do everything that is due before `to`, then sets the clock to it. */
export function advanceTo(machine: Machine, to: Micros): void {
  while (stepBefore(machine, to)) continue
  if (to > machine.now) machine.now = to
}

/**
 * Lets the host do the next thing that is due: a thread's turn up to and including `to`, a timer before it. False when there is
 * none.
 */
function stepBefore(machine: Machine, to: Micros): boolean {
  const thread = peekTime(machine.threads)
  const timer = peekTime(machine.timers)
  if (thread <= timer && thread <= to) runThread(machine)
  else if (timer < to) runTimer(machine)
  else if (thread <= to) runThread(machine)
  else return false
  return true
}

/** Goes on until something holds, or until `limit`, included; tells which. The clock stands at the event that made it hold. */
export function awaitThat(machine: Machine, limit: Micros, holds: () => boolean): boolean {
  while (!holds()) {
    const next = Math.min(peekTime(machine.threads), peekTime(machine.timers))
    if (next > limit) {
      if (limit > machine.now && Number.isFinite(limit)) machine.now = limit
      return false
    }
    if (peekTime(machine.threads) === next) runThread(machine)
    else runTimer(machine)
  }
  return true
}

/** Makes a call in a thread of its own and lets it go as far as it can now. Returns the thread. */
export function makeCall(machine: Machine, call: Call): number {
  enter(machine, -1)
  const thread = machine.nextThread
  hostCall(machine.host, PID, call, machine.io)
  runThreads(machine)
  return thread
}

/** A packet of the script's arrives now. */
export function inject(machine: Machine, ip: Ipv4Header, segment: TcpSegment): void {
  enter(machine, -1)
  const header = encodeHeaders(ip, segment)
  const id = machine.recorder.packet(WIRE, header, header.length, segment.payload)
  const length = header.length + segment.payload.length
  arrive(machine, { id, ip, segment, damaged: undefined, length, sentEvent: -1 })
}

/** An ICMP error of the script's arrives now. */
export function injectIcmp(machine: Machine, ip: Ipv4Header, icmp: IcmpMessage): void {
  enter(machine, -1)
  const bytes = encodeIcmp(ip, icmp)
  const id = machine.recorder.packet(WIRE, bytes, bytes.length, new Uint8Array(0))
  arrive(machine, { id, ip, icmp, damaged: undefined, length: bytes.length, sentEvent: -1 })
}

function arrive(machine: Machine, packet: AnyPacket): void {
  hostPacketArrives(machine.host, packet, ETH0, machine.io)
  machine.onProgress()
  runThreads(machine)
}

/** Threads that may run at this moment. */
export function runThreads(machine: Machine): void {
  while (peekTime(machine.threads) <= machine.now) runThread(machine)
}

const event: HeapEvent = { at: 0, kind: 0, a: 0, b: 0 }

function runThread(machine: Machine): void {
  popEvent(machine.threads, event)
  pass(machine, event.at)
  hostThreadDue(machine.host, event.b, machine.io)
  machine.onProgress()
}

function runTimer(machine: Machine): void {
  popEvent(machine.timers, event)
  pass(machine, event.at)
  if (event.kind === SOCKET) hostSocketDue(machine.host, event.b, machine.io)
  machine.onProgress()
}

/** Every step of the host begins here. A script that keeps a host busy for ever is given up. */
function pass(machine: Machine, at: Micros): void {
  if (machine.stepsLeft-- <= 0) throw new Error(`the host did more than ${MAX_STEPS} things`)
  if (at > machine.now) machine.now = at
  enter(machine, -1)
}

/** Everything that the host does now is told to the recorder as done now. */
export function enter(machine: Machine, socket: number): void {
  const { recorder, io } = machine
  recorder.now = machine.now
  recorder.host = HOST
  recorder.socket = socket
  recorder.cause = -1
  io.now = machine.now
}
