/**
 * What must hold after every step of any world, whatever the wire did. Read from snapshots and the trace, as the page reads them,
 * so that a broken view is found as well as a broken stack.
 */
import { assert, seq32, seqAdd, seqDiff, seqGe, seqLe } from '../base'
import type { Seq32 } from '../base'
import { readEvent, TRANSITIONS } from '../trace'
import type { ByteRun, Snapshot, SocketView, TcbView, TcpState, Trace } from '../trace'

export interface InvariantWatch {
  /** Right edge of each socket's offered window, by `host:socket`. */
  readonly edges: Map<string, Seq32>
  readonly states: Map<string, TcpState>
  events: number
  at: number
}

export function createWatch(): InvariantWatch {
  return { edges: new Map(), states: new Map(), events: 0, at: 0 }
}

/** Throws InvariantError, with a sentence, on the first thing that is not as it must be. */
export function checkInvariants(watch: InvariantWatch, snapshot: Snapshot, trace: Trace): void {
  assert(snapshot.position.at >= watch.at, 'the clock went back')
  watch.at = snapshot.position.at
  assert(snapshot.nextAt === null || snapshot.nextAt >= watch.at, 'something is due in the past')
  checkEvents(watch, trace, snapshot.position.event)
  for (const host of snapshot.hosts) {
    for (const socket of host.sockets) {
      const name = `${host.name} socket ${socket.id} (${socket.state})`
      if (socket.tcb !== null) checkTcb(watch, `${host.index}:${socket.id}`, name, socket, socket.tcb, watch.at)
      if (socket.listener !== null) checkListener(name, socket)
    }
  }
  for (const packet of snapshot.inFlight) {
    assert(packet.progress >= 0 && packet.progress <= 1, `packet ${packet.packet} is ${packet.progress} of its way`)
    assert(packet.arrivesAt === null || packet.arrivesAt >= watch.at, `packet ${packet.packet} should have arrived`)
  }
}

function checkEvents(watch: InvariantWatch, trace: Trace, count: number): void {
  for (; watch.events < count; watch.events++) {
    const event = readEvent(trace, watch.events)
    assert(event.cause < event.index, `event ${event.index} is caused by a later one`)
    assert(event.type === 'sim/started' || event.cause >= 0, `event ${event.index} (${event.type}) has no cause`)
    if (event.type !== 'tcp/stateChanged') continue
    const edge = TRANSITIONS[event.transition]
    assert(
      edge.to === event.to && (edge.from === event.from || edge.from === 'any'),
      `no edge ${event.from} > ${event.to}`,
    )
    const key = `${event.host}:${event.socket}`
    const known = watch.states.get(key)
    // A child of a listener begins with the listener's state as its `from`.
    const begins = known === undefined && (event.from === 'CLOSED' || event.from === 'LISTEN')
    assert(begins || known === event.from, `${key} went ${event.from} > ${event.to} but was ${known ?? 'unknown'}`)
    watch.states.set(key, event.to)
  }
}

function checkTcb(
  watch: InvariantWatch,
  key: string,
  name: string,
  socket: SocketView,
  tcb: TcbView,
  now: number,
): void {
  const una = seq32(tcb.snd.una)
  const nxt = seq32(tcb.snd.nxt)
  assert(seqLe(una, nxt), `${name}: SND.UNA is ahead of SND.NXT`)
  assert(tcb.congestion.cwnd >= 1, `${name}: cwnd ${tcb.congestion.cwnd}`)
  assert(
    tcb.congestion.ssthresh === null || tcb.congestion.ssthresh >= 2,
    `${name}: ssthresh ${tcb.congestion.ssthresh}`,
  )
  assert(tcb.congestion.pipe >= 0, `${name}: pipe ${tcb.congestion.pipe}`)
  assert(tcb.rtt.rtoMicros > 0 && tcb.rtt.rtoMicros <= 120_000_000, `${name}: RTO ${tcb.rtt.rtoMicros}`)
  checkRuns(`${name} send buffer`, tcb.sendRuns)
  checkRuns(`${name} receive buffer`, tcb.receiveRuns)
  for (const timer of tcb.timers) assert(timer.firesAt >= now, `${name}: ${timer.kind} timer is overdue`)
  if (socket.state === 'ESTABLISHED') {
    const edge = seqAdd(seq32(tcb.rcv.nxt), tcb.rcv.wnd)
    const before = watch.edges.get(key)
    assert(
      before === undefined || seqGe(edge, before),
      `${name}: the window shrank by ${before === undefined ? 0 : seqDiff(before, edge)}`,
    )
    watch.edges.set(key, edge)
  }
}

function checkRuns(name: string, runs: readonly ByteRun[]): void {
  let end = Number.NEGATIVE_INFINITY
  for (const run of runs) {
    assert(run.start < run.end, `${name}: empty run at ${run.start}`)
    assert(run.start >= end, `${name}: runs overlap at ${run.start}`)
    end = run.end
  }
}

function checkListener(name: string, { listener }: SocketView): void {
  if (listener === null) return
  assert(listener.acceptQueueLength <= listener.acceptQueueLimit, `${name}: accept queue ${listener.acceptQueueLength}`)
  assert(listener.synQueueLength >= listener.synQueue.length, `${name}: SYN queue length`)
}
