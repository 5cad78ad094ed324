/**
 * An epoll instance: epoll(7), Linux fs/eventpoll.c. A watched file's wake-up (ep_poll_callback) puts its interest into the ready list if the wake-up is
 * about something that the interest asks for; epoll_wait takes from the list (ep_send_events), asks each file again, drops what is not ready after all,
 * and puts level-triggered interests back. That order is what edges are made of: an edge-triggered interest is reported once for each
 * wake-up, whether or not its bits have changed.
 *
 * Left out: busy polling, EPOLLWAKEUP (accepted, no effect).
 */
import { formatPollEvents, POLL_EVENTS as E } from '../../trace'
import type { HostIo } from '../io'
import { WAKE_ALL } from '../records'
import type { Epoll, Host, Interest, OpenFile } from '../records'
import { makeReady } from '../wake'
import { pollInterest } from './poll'

/** EP_PRIVATE_BITS: of an interest that has no others left, nothing is reported. */
export const PRIVATE = E.WAKEUP | E.ONESHOT | E.ET | E.EXCLUSIVE

export function newEpoll(): Epoll {
  return { interests: [], ready: [], waiters: [], nextInterest: 1 }
}

/** Something happened to an open file: every epoll that watches it notes that. `key` has event bits, or WAKE_ALL. */
export function notifyWatchers(host: Host, fileId: number, key: number, io: HostIo): void {
  const file = host.files.get(fileId)
  if (file === undefined || file.watchers.length === 0 || key === 0) return
  // Of exclusive interests one is enough, if somebody waits there; a wake-up of all is of all (WQ_FLAG_EXCLUSIVE).
  let served = false
  for (const [epollFile, epoll, interest] of interestsIn(host, file)) {
    const exclusive = (interest.events & E.EXCLUSIVE) !== 0
    if (exclusive && served && key !== WAKE_ALL) continue
    if (noteReady(host, epollFile, epoll, interest, key, io) && exclusive) served = true
  }
}

/** Interests in a file in the order of its wait queue: each new one first, but exclusive ones behind all others in the order of their making (add_wait_queue). */
function interestsIn(host: Host, file: OpenFile): (readonly [OpenFile, Epoll, Interest])[] {
  const all = file.watchers.flatMap((id) => {
    const epollFile = host.files.get(id)
    if (epollFile?.special?.kind !== 'epoll') return []
    const { epoll } = epollFile.special
    return epoll.interests.filter((it) => it.file === file.id).map((it) => [epollFile, epoll, it] as const)
  })
  const isLast = ([, , { events }]: (typeof all)[number]): boolean => (events & E.EXCLUSIVE) !== 0
  return [...all.filter((it) => !isLast(it)).toReversed(), ...all.filter(isLast)]
}

/** ep_poll_callback; tells whether a thread that waits for it was woken. */
function noteReady(
  host: Host,
  epollFile: OpenFile,
  epoll: Epoll,
  interest: Interest,
  key: number,
  io: HostIo,
): boolean {
  if ((interest.events & ~PRIVATE) === 0) return false
  if (key !== WAKE_ALL && (key & interest.events) === 0) return false
  enterReadyList(host, epollFile, epoll, interest, io)
  return wakeWaiter(host, epoll, io)
}

/** Puts an interest at the end of the ready list, unless it is there. */
export function enterReadyList(host: Host, epollFile: OpenFile, epoll: Epoll, interest: Interest, io: HostIo): void {
  if (epoll.ready.includes(interest.id)) return
  epoll.ready.push(interest.id)
  const events = io.recorder.text(formatPollEvents(interest.events & ~PRIVATE, 'EPOLL'))
  io.recorder.emit('host/epollReady', 'epollReady', interest.fd, events)
  notifyWatchers(host, epollFile.id, E.IN | E.RDNORM, io)
}

/** Lets the thread that began to wait here last look at the list: each wake-up is for one, and the newest stands first (__add_wait_queue_exclusive). */
export function wakeWaiter(host: Host, epoll: Epoll, io: HostIo): boolean {
  for (const id of epoll.waiters.toReversed()) {
    const thread = host.threads.get(id)
    if (thread?.blocked === undefined || thread.wakesAt <= io.now) continue
    makeReady(host, thread, io.recorder.cause, io)
    return true
  }
  return false
}

/** What epoll_wait reports: at most so many, in the order of the ready list (ep_send_events). */
export function collectReady(host: Host, epoll: Epoll, most: number): { data: number; events: number }[] {
  const found: { data: number; events: number }[] = []
  const again: number[] = []
  const list = epoll.ready
  let at = 0
  for (; at < list.length && found.length < most; at++) {
    const interest = epoll.interests.find((it) => it.id === list[at])
    if (interest === undefined) continue
    const events = pollInterest(host, interest.file, interest.events)
    if (events === 0) continue
    found.push({ data: interest.data, events })
    if ((interest.events & E.ONESHOT) !== 0) interest.events = (interest.events & PRIVATE) >>> 0
    else if ((interest.events & E.ET) === 0) again.push(interest.id)
  }
  epoll.ready = [...list.slice(at), ...again]
  return found
}

/** An interest is no more; its file may have no other in this epoll. */
export function dropInterest(host: Host, epollFile: OpenFile, epoll: Epoll, interest: Interest): void {
  epoll.interests = epoll.interests.filter((it) => it.id !== interest.id)
  epoll.ready = epoll.ready.filter((id) => id !== interest.id)
  if (epoll.interests.some((it) => it.file === interest.file)) return
  const file = host.files.get(interest.file)
  if (file !== undefined) file.watchers = file.watchers.filter((id) => id !== epollFile.id)
}

/** An open file is gone: no epoll watches it any more (eventpoll_release_file). */
export function forgetWatched(host: Host, file: OpenFile): void {
  for (const [epollFile, epoll, interest] of interestsIn(host, file)) dropInterest(host, epollFile, epoll, interest)
}

/** An epoll is gone: it watches nothing any more (ep_free). */
export function forgetEpoll(host: Host, epollFile: OpenFile, epoll: Epoll): void {
  for (const interest of epoll.interests) dropInterest(host, epollFile, epoll, interest)
}
