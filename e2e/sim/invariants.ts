/**
 * What must hold of every connection of a host between two steps, whatever befell its packets: the order of the sequence space, the sums of the
 * scoreboard, the memory accounts, a timer wherever something is outstanding, no window taken back, no two sockets with one
 * five-tuple. Reads the TCBs themselves; the snapshot's own invariants are in src/testing.
 */
import { assert, NEVER, seqAdd, seqDiff, seqGe, seqLe } from '../../src/base'
import type { Micros, Seq32 } from '../../src/base'
import type { Host } from '../../src/host'
import type { Tcb } from '../../src/tcp'
import { TIMER_KINDS } from '../../src/trace'
import type { TcpState, TimerKind } from '../../src/trace'
import { formatIpv4 } from '../../src/wire'

/** Right edges of the windows that were offered, by socket number. */
export type Edges = Map<number, Seq32>

const SENDS: ReadonlySet<TcpState> = new Set(['ESTABLISHED', 'CLOSE-WAIT', 'FIN-WAIT-1', 'CLOSING', 'LAST-ACK'])

/** Throws InvariantError with one sentence on the first thing that is not as it must be. */
export function checkHost(host: Host, edges: Edges, now: Micros): void {
  const tuples = new Set<string>()
  for (const socket of host.sockets.values()) {
    const { tcb, listener } = socket
    const name = `${host.name} socket ${socket.id} (${tcb?.state ?? 'unconnected'})`
    if (listener !== undefined) {
      for (const child of listener.acceptQueue.keys())
        assert(host.sockets.has(child), `${name}: queues ${child}, which is gone`)
      for (const child of listener.synQueue.keys())
        assert(host.sockets.has(child), `${name}: queues ${child}, which is gone`)
    }
    if (tcb === undefined || tcb.state === 'CLOSED' || tcb.state === 'LISTEN') continue
    const tuple = `${formatIpv4(tcb.local.address)}:${tcb.local.port} ${formatIpv4(tcb.remote.address)}:${tcb.remote.port}`
    assert(!tuples.has(tuple), `${name}: another socket has ${tuple}`)
    tuples.add(tuple)
    checkSequences(tcb, name)
    checkScoreboard(tcb, name)
    checkMemory(tcb, name)
    checkTimers(tcb, name, now)
    checkWindow(tcb, name, edges, host.sysctl.tcp_shrink_window === 0)
  }
  checkDescriptors(host)
}

function checkSequences(tcb: Tcb, name: string): void {
  const { snd, rcv, sent } = tcb
  assert(seqLe(snd.una, snd.nxt), `${name}: SND.UNA is ${seqDiff(snd.una, snd.nxt)} beyond SND.NXT`)
  if (SENDS.has(tcb.state)) {
    assert(seqLe(snd.nxt, snd.end), `${name}: SND.NXT is ${seqDiff(snd.nxt, snd.end)} beyond what was written`)
    assert(seqLe(rcv.copied, rcv.nxt), `${name}: more was read than came`)
  }
  assert(snd.wnd >= 0 && rcv.wnd >= 0, `${name}: windows ${snd.wnd} and ${rcv.wnd}`)
  let edge = sent.length > 0 ? sent[0].seq : snd.nxt
  assert(seqLe(edge, snd.una), `${name}: SND.UNA is before the retransmission queue`)
  for (const segment of sent) {
    assert(segment.seq === edge, `${name}: a gap of ${seqDiff(segment.seq, edge)} in the retransmission queue`)
    assert(segment.end !== segment.seq, `${name}: an empty segment in the retransmission queue`)
    edge = segment.end
  }
  assert(edge === snd.nxt, `${name}: the retransmission queue ends ${seqDiff(snd.nxt, edge)} before SND.NXT`)
  for (const island of tcb.outOfOrder) {
    assert(seqGe(island.seq, rcv.nxt), `${name}: an island ${seqDiff(rcv.nxt, island.seq)} before RCV.NXT`)
  }
}

function checkScoreboard(tcb: Tcb, name: string): void {
  const { recovery, sent, congestion } = tcb
  const sacked = sent.filter((segment) => segment.sacked).length
  const lost = sent.filter((segment) => segment.lost).length
  const retransmitted = sent.filter((segment) => segment.retransInFlight).length
  assert(!sent.some((segment) => segment.lost && segment.sacked), `${name}: a segment is SACKed and lost`)
  if (tcb.negotiated.sack)
    assert(recovery.sackedOut === sacked, `${name}: sacked_out ${recovery.sackedOut}, but ${sacked}`)
  assert(recovery.lostOut === lost, `${name}: lost_out ${recovery.lostOut}, but ${lost}`)
  assert(recovery.retransOut === retransmitted, `${name}: retrans_out ${recovery.retransOut}, but ${retransmitted}`)
  const left = recovery.sackedOut + recovery.lostOut
  assert(left <= sent.length, `${name}: ${left} segments left the network of ${sent.length} sent (tcp_verify_left_out)`)
  assert(congestion.cwnd >= 1, `${name}: cwnd ${congestion.cwnd}`)
  assert(congestion.ssthresh >= 2, `${name}: ssthresh ${congestion.ssthresh}`)
}

function checkMemory(tcb: Tcb, name: string): void {
  const { memory } = tcb.receive
  const queued = tcb.receiveChunks.length + tcb.outOfOrder.length
  assert(memory >= 0, `${name}: sk_rmem_alloc ${memory}`)
  assert(queued > 0 || memory === 0, `${name}: sk_rmem_alloc ${memory} with nothing queued`)
  const held = tcb.sendChunks.reduce((sum, { bytes }) => sum + bytes.length, 0)
  const owed = seqDiff(tcb.snd.end, tcb.snd.una) - (tcb.finQueued ? 1 : 0)
  if (SENDS.has(tcb.state)) assert(held >= owed, `${name}: ${held} bytes are kept of ${owed} that may be needed again`)
}

/** Something outstanding is always watched by a clock, or the connection would wait for ever. */
function checkTimers(tcb: Tcb, name: string, now: Micros): void {
  const armed = (...kinds: readonly TimerKind[]): boolean => kinds.some((kind) => tcb.timers[kind].deadline !== NEVER)
  for (const kind of TIMER_KINDS) {
    const { deadline } = tcb.timers[kind]
    assert(deadline === NEVER || deadline >= now, `${name}: the ${kind} timer is ${now - deadline} µs overdue`)
  }
  if (tcb.state === 'TIME-WAIT') assert(armed('timeWait'), `${name}: nothing ends TIME-WAIT`)
  else if (tcb.state === 'SYN-RECEIVED') assert(armed('synAck', 'retransmit'), `${name}: nothing repeats the SYN,ACK`)
  else if (tcb.state === 'FIN-WAIT-2')
    assert(!tcb.orphaned || armed('finWait2', 'timeWait'), `${name}: nothing ends it`)
  else if (tcb.sent.length > 0)
    assert(armed('retransmit', 'tailLoss', 'reorder'), `${name}: nothing watches what is out`)
  else if (SENDS.has(tcb.state) && tcb.snd.end !== tcb.snd.nxt) {
    assert(armed('persist', 'pacing'), `${name}: nothing will send what waits (${tcb.waiting.reason})`)
  }
}

/** RFC 9293 3.8.6: a receiver does not take back what it offered (SHLD-14). */
function checkWindow(tcb: Tcb, name: string, edges: Edges, held: boolean): void {
  if (!held || (tcb.state !== 'ESTABLISHED' && tcb.state !== 'FIN-WAIT-1' && tcb.state !== 'FIN-WAIT-2')) return
  const edge = seqAdd(tcb.rcv.wup, tcb.rcv.wnd)
  const before = edges.get(tcb.socket)
  // A window is sent in units: what falls below the unit is not taken back but was never said.
  const unit = 2 ** tcb.rcv.wscale - 1
  const lost = before === undefined ? 0 : seqDiff(before, edge)
  // Without memory for what was promised the window is shut at once (ICSK_ACK_NOMEM): SO_RCVBUF may have become smaller since.
  const outOfMemory = tcb.rcv.wnd === 0 && tcb.config.rcvbufLocked
  assert(lost <= unit || outOfMemory, `${name}: the offered window shrank by ${lost}`)
  if (before === undefined || lost < 0 || outOfMemory) edges.set(tcb.socket, edge)
}

function checkDescriptors(host: Host): void {
  for (const process of host.processes.values()) {
    for (const [fd, file] of process.descriptors)
      assert(host.files.has(file), `${host.name}: descriptor ${fd} of nothing`)
  }
  for (const file of host.files.values()) {
    assert(file.references > 0, `${host.name}: open file ${file.id} has ${file.references} references`)
    assert(host.sockets.has(file.socket), `${host.name}: open file ${file.id} of socket ${file.socket}, which is gone`)
  }
  for (const [name, value] of host.counters) assert(value >= 0, `${host.name}: counter ${name} is ${value}`)
}
