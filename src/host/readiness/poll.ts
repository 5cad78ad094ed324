/**
 * What poll(2) says of a file: Linux tcp_poll, inet_csk_listen_poll, pipe_poll, ep_eventpoll_poll. To look at a socket that has no room also asks for a
 * wake-up once it has (SOCK_NOSPACE), as tcp_poll does.
 */
import { poll } from '../../tcp'
import type { Tcb } from '../../tcp'
import { POLL_EVENTS as E } from '../../trace'
import { PIPE_BUFFERS } from '../pipes'
import type { Epoll, Host, OpenFile, Pipe, Socket } from '../records'

const READABLE = E.IN | E.RDNORM
const WRITABLE = E.OUT | E.WRNORM
/** Reported though nobody asks for them. */
export const ALWAYS = E.ERR | E.HUP
/** Epolls may watch epolls, to this depth (EP_MAX_NESTS). */
export const MAX_NESTS = 4

/** The event bits that hold of `file` now. */
export function pollFile(host: Host, file: OpenFile, depth = 0): number {
  const { special } = file
  if (special === undefined) {
    const socket = host.sockets.get(file.socket)
    return socket === undefined ? E.NVAL : pollSocket(host, socket)
  }
  if (special.kind === 'epoll') return epollIsReady(host, special.epoll, depth) ? READABLE : 0
  const pipe = host.pipes.get(special.pipe)
  return pipe === undefined ? E.NVAL : pollPipe(pipe, special.end)
}

/** The bits that an interest reports now: those it asks for, with errors. */
export function pollInterest(host: Host, file: number, events: number, depth = 0): number {
  const open = host.files.get(file)
  return open === undefined ? 0 : pollFile(host, open, depth) & events
}

function pollSocket(host: Host, { listener, tcb }: Socket): number {
  if (listener !== undefined) return listener.acceptQueue.size > 0 ? READABLE : 0
  return tcb === undefined ? WRITABLE | E.HUP : pollConnection(host, tcb)
}

function pollConnection({ sysctl }: Host, tcb: Tcb): number {
  const { readable, writable, hangup, readHangup, urgent, error } = poll(tcb, sysctl)
  if (!writable) tcb.snd.noSpace = true
  return (
    (readable ? READABLE : 0) |
    (writable ? WRITABLE : 0) |
    (hangup ? E.HUP : 0) |
    (readHangup ? E.RDHUP : 0) |
    (urgent ? E.PRI : 0) |
    (error ? E.ERR : 0)
  )
}

function pollPipe({ buffers, readers, writers }: Pipe, end: 'read' | 'write'): number {
  if (end === 'read') return (buffers.length > 0 ? READABLE : 0) | (writers === 0 ? E.HUP : 0)
  return (buffers.length < PIPE_BUFFERS ? WRITABLE : 0) | (readers === 0 ? E.ERR : 0)
}

function epollIsReady(host: Host, epoll: Epoll, depth: number): boolean {
  if (depth > MAX_NESTS) return false
  return epoll.ready.some((id) => {
    const interest = epoll.interests.find((it) => it.id === id)
    return interest !== undefined && pollInterest(host, interest.file, interest.events, depth + 1) !== 0
  })
}
