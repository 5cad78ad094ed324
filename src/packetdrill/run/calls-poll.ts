/**
 * poll and epoll over the host's sockets (Linux tcp_poll). The host has no epoll yet, so its interest lists are kept here; an edge-triggered entry is
 * reported again once something about it has changed.
 */
import { NEVER } from '../../base'
import type { Micros } from '../../base'
import { poll as readiness } from '../../tcp'
import type { CallLine, Value } from '../syntax'
import { failAt } from './failure'
import { fileOf, socketOfFd } from './find'
import { immediate, liveFd } from './made'
import type { Answer, Made } from './made'
import type { HostRun as Run, Interest } from './run'
import { CONSTANTS as C, field, optionalNumber, valueNumber } from './values'

const ALWAYS = C['POLLERR'] | C['POLLHUP'] | C['POLLNVAL']

/** poll()'s bits for a descriptor of the host. */
function pollBits(run: Run, fd: number): number {
  if (fileOf(run, fd) === undefined) return C['POLLNVAL']
  const socket = socketOfFd(run, fd)
  if (socket === undefined) return C['POLLNVAL']
  if (socket.listener !== undefined) {
    return socket.listener.acceptQueue.size > 0 ? C['POLLIN'] | C['POLLRDNORM'] : 0
  }
  if (socket.tcb === undefined) return C['POLLOUT'] | C['POLLWRNORM'] | C['POLLHUP']
  const { readable, writable, hangup, readHangup, error } = readiness(socket.tcb)
  return (
    (readable ? C['POLLIN'] | C['POLLRDNORM'] : 0) |
    (writable ? C['POLLOUT'] | C['POLLWRNORM'] : 0) |
    (hangup ? C['POLLHUP'] : 0) |
    (readHangup ? C['POLLRDHUP'] : 0) |
    (error ? C['POLLERR'] : 0)
  )
}

interface Watched {
  readonly fd: number
  readonly events: number
  readonly wanted: number | undefined
}

/** `poll([{fd=3, events=POLLIN, revents=POLLIN}], 1, 1000)`: the third argument is in milliseconds. */
export function poll(run: Run, line: number, call: CallLine): Made {
  const list = call.args[0]
  const items = list?.kind === 'list' ? list.items : []
  const watched = items.map((item): Watched => {
    const events = optionalNumber(field(item, 'events')) ?? 0
    return { fd: liveFd(run, line, field(item, 'fd')), events, wanted: optionalNumber(field(item, 'revents')) }
  })
  const bits = (): number[] => watched.map(({ fd, events }) => pollBits(run, fd) & (events | ALWAYS))
  return waiting(run, timeoutOf(run, line, call.args[2]), () => {
    const got = bits()
    const ready = got.filter((found) => found !== 0).length
    return { ready, check: () => watched.forEach(({ wanted }, i) => verifyBits(line, 'revents', wanted, got[i])) }
  })
}

function timeoutOf(run: Run, line: number, value: Value | undefined): Micros {
  const timeout = valueNumber(line, value)
  return timeout < 0 ? NEVER : run.machine.now + timeout * 1_000
}

function verifyBits(line: number, what: string, wanted: number | undefined, got: number): void {
  if (wanted !== undefined && wanted !== got) failAt(line, `${what} 0x${wanted.toString(16)}`, `0x${got.toString(16)}`)
}

/** A call that returns when something is ready or its time is over. A wake-up at the deadline is the machine's. */
function waiting(run: Run, deadline: Micros, look: () => { ready: number; check: () => void }): Made {
  let known: Answer | undefined
  let at: Micros | undefined
  const answer = (): Answer | undefined => {
    if (known !== undefined) return known
    const { ready, check } = look()
    if (ready === 0 && run.machine.now < deadline) return undefined
    at = run.machine.now
    known = { kind: 'value', value: ready, errno: '', check }
    return known
  }
  if (answer() === undefined && deadline !== NEVER) run.machine.wakeAt(deadline)
  return { answer, returnedAt: () => at }
}

function interests(run: Run, script: number): Interest[] {
  let list = run.epolls.get(script)
  if (list === undefined) run.epolls.set(script, (list = []))
  return list
}

export function epollCreate(run: Run, _line: number, call: CallLine): Made {
  if (call.result !== undefined) interests(run, call.result)
  return immediate(call.result ?? 0)
}

/** `epoll_ctl(5, EPOLL_CTL_ADD, 4, {events=EPOLLIN|EPOLLET, fd=4})` */
export function epollCtl(run: Run, line: number, call: CallLine): Made {
  const list = interests(run, valueNumber(line, call.args[0]))
  const operation = call.args[1]?.kind === 'name' ? call.args[1].names[0] : ''
  const fd = liveFd(run, line, call.args[2])
  const at = list.findIndex((interest) => interest.fd === fd)
  if (operation === 'EPOLL_CTL_DEL') {
    if (at !== -1) list.splice(at, 1)
    return at === -1 ? immediate(-1, 'ENOENT') : immediate(0)
  }
  const events = optionalNumber(field(call.args[3], 'events')) ?? 0
  const interest: Interest = { fd, events, reported: 0, changes: -1, off: false }
  if (operation === 'EPOLL_CTL_ADD') list.push(interest)
  else if (at !== -1) list[at] = interest
  else return immediate(-1, 'ENOENT')
  return immediate(0)
}

/** `epoll_wait(5, {events=EPOLLIN, fd=4}, 1, 0)`: each list is looked at in the order in which it was made. */
export function epollWait(run: Run, line: number, call: CallLine): Made {
  const list = interests(run, valueNumber(line, call.args[0]))
  const most = optionalNumber(call.args[2]) ?? 1
  const expected = call.args[1]?.kind === 'list' ? call.args[1].items : call.args.slice(1, 2)
  return waiting(run, timeoutOf(run, line, call.args[3]), () => {
    const ready = list.filter((interest) => readyBits(run, interest) !== 0).slice(0, most)
    const got = ready.map((interest) => readyBits(run, interest))
    ready.forEach((interest, i) => {
      interest.reported = got[i]
      interest.changes = changesOf(run, interest.fd)
      interest.off = (interest.events & C['EPOLLONESHOT']) !== 0
    })
    const check = (): void => got.forEach((bits, i) => verifyBits(line, 'events', wantedEvents(expected[i]), bits))
    return { ready: ready.length, check }
  })
}

function wantedEvents(value: Value | undefined): number | undefined {
  return value?.kind === 'record' ? optionalNumber(field(value, 'events')) : undefined
}

function readyBits(run: Run, interest: Interest): number {
  if (interest.off) return 0
  const bits = pollBits(run, interest.fd) & (interest.events | ALWAYS)
  const edge = (interest.events & C['EPOLLET']) !== 0
  if (edge && (bits & ~interest.reported) === 0 && changesOf(run, interest.fd) === interest.changes) return 0
  return bits
}

/** A number that changes whenever something arrives for a descriptor or its sent bytes are acknowledged. */
function changesOf(run: Run, fd: number): number {
  const socket = socketOfFd(run, fd)
  const tcb = socket?.tcb
  if (socket?.listener !== undefined) return socket.listener.acceptQueue.size
  return tcb === undefined ? 0 : tcb.totals.bytesReceived + Number(tcb.finReceived) + Number(tcb.state === 'CLOSED')
}
