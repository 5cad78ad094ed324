/**
 * What poll(2) says of a file, and why: Linux tcp_poll, inet_csk_listen_poll, pipe_poll, ep_eventpoll_poll. To look at a socket that has no room also asks for a
 * wake-up once it has (SOCK_NOSPACE), as tcp_poll does.
 */
import { poll } from '../../tcp'
import type { Tcb } from '../../tcp'
import { POLL_EVENTS as E, POLL_REASONS } from '../../trace'
import type { Readiness } from '../../trace'
import { PIPE_BUFFERS } from '../pipes'
import type { Epoll, Host, OpenFile, Pipe, Socket } from '../records'
import { udpReadiness } from '../udp/poll'
import { unixReadiness } from '../unix/readiness'

const READABLE = E.IN | E.RDNORM
const WRITABLE = E.OUT | E.WRNORM
/** Reported though nobody asks for them. */
export const ALWAYS = E.ERR | E.HUP
/** Epolls may watch epolls, to this depth (EP_MAX_NESTS). */
export const MAX_NESTS = 4

/** The event bits that hold of `file` now. */
export function pollFile(host: Host, file: OpenFile, depth = 0): number {
  const found = readiness(host, file, depth, true)
  if (found === undefined) return E.NVAL
  const tcb =
    found.OUT === 'noRoom' || found.OUT === 'muchUnsent' || found.OUT === 'opening' ? tcbOf(host, file) : undefined
  if (tcb !== undefined) tcb.snd.noSpace = true
  return bitsOf(found)
}

function tcbOf(host: Host, file: OpenFile): Tcb | undefined {
  return host.sockets.get(file.socket)?.tcb
}

function bitsOf({ IN, OUT, RDHUP, HUP, ERR, PRI }: Readiness): number {
  return (
    (POLL_REASONS[IN] ? READABLE : 0) |
    (POLL_REASONS[OUT] ? WRITABLE : 0) |
    // tcp_poll does not speak of bands, datagram_poll and unix_poll do.
    (OUT === 'datagramRoom' ? E.WRBAND : 0) |
    (POLL_REASONS[HUP] ? E.HUP : 0) |
    (POLL_REASONS[RDHUP] ? E.RDHUP : 0) |
    (POLL_REASONS[PRI] ? E.PRI : 0) |
    (POLL_REASONS[ERR] ? E.ERR : 0)
  )
}

/**
 * Each bit's reason, from which poll() has the bits; undefined for a file that is not there. Changes nothing, unless `asking` for a poll() that goes
 * through an epoll.
 */
export function readiness(host: Host, file: OpenFile, depth = 0, asking = false): Readiness | undefined {
  const { special } = file
  if (special === undefined) {
    const socket = host.sockets.get(file.socket)
    return socket === undefined ? undefined : socketReadiness(host, socket)
  }
  if (special.kind === 'epoll') {
    const ready = epollIsReady(host, special.epoll, depth, asking)
    return { ...NOTHING, IN: ready ? 'interestsReady' : 'noneReady' }
  }
  const pipe = host.pipes.get(special.pipe)
  return pipe === undefined ? undefined : pipeReadiness(pipe, special.end)
}

const NOTHING: Readiness = {
  IN: 'notHere',
  OUT: 'notHere',
  RDHUP: 'notHere',
  HUP: 'notHere',
  ERR: 'notHere',
  PRI: 'notHere',
}

/** The bits that an interest reports now: those it asks for, with errors. */
export function pollInterest(host: Host, file: number, events: number, depth = 0): number {
  const open = host.files.get(file)
  return open === undefined ? 0 : pollFile(host, open, depth) & events
}

export function socketReadiness(host: Host, socket: Socket): Readiness {
  const { listener, tcb, udp, unix } = socket
  if (unix !== undefined) return unixReadiness(host, socket, unix)
  if (udp !== undefined) return udpReadiness(udp)
  if (listener !== undefined) {
    return { ...NOTHING, IN: listener.acceptQueue.size > 0 ? 'connectionsWait' : 'noConnection' }
  }
  if (tcb !== undefined) return poll(tcb, host.sysctl)
  // Never connected: tcp_poll sees a CLOSED socket with an empty send buffer.
  return { IN: 'noBytes', OUT: 'room', RDHUP: 'open', HUP: 'closed', ERR: 'noError', PRI: 'noUrgent' }
}

function pipeReadiness({ buffers, readers, writers }: Pipe, end: 'read' | 'write'): Readiness {
  if (end === 'read') {
    const IN = buffers.length > 0 ? 'pipeHasBytes' : 'pipeEmpty'
    return { ...NOTHING, IN, HUP: writers === 0 ? 'otherEndClosed' : 'open' }
  }
  const OUT = buffers.length < PIPE_BUFFERS ? 'pipeHasRoom' : 'pipeFull'
  return { ...NOTHING, OUT, ERR: readers === 0 ? 'otherEndClosed' : 'noError' }
}

function epollIsReady(host: Host, epoll: Epoll, depth: number, asking: boolean): boolean {
  if (depth > MAX_NESTS) return false
  return epoll.ready.some((id) => {
    const interest = epoll.interests.find((it) => it.id === id)
    if (interest === undefined) return false
    if (asking) return pollInterest(host, interest.file, interest.events, depth + 1) !== 0
    return (bitsNow(host, interest.file, depth + 1) & interest.events) !== 0
  })
}

/** The bits that hold of a file, without asking to be told of changes. */
export function bitsNow(host: Host, file: number, depth = 0): number {
  const open = host.files.get(file)
  const found = open === undefined ? undefined : readiness(host, open, depth)
  return found === undefined ? 0 : bitsOf(found)
}
