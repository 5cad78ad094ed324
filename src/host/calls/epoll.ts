/** epoll_create1(2), epoll_ctl(2), epoll_wait(2): Linux do_epoll_create, do_epoll_ctl, do_epoll_wait, with their errors. */
import { parsePollEvents, POLL_EVENTS as E } from '../../trace'
import { fileOf, freeDescriptor, openSpecial } from '../descriptors'
import type { HostIo } from '../io'
import { resolveFd } from '../program'
import { collectReady, dropInterest, enterReadyList, newEpoll, wakeWaiter } from '../readiness/epoll'
import { ALWAYS, MAX_NESTS, pollInterest } from '../readiness/poll'
import type { Epoll, Host, Interest, OpenFile, Process } from '../records'
import { failed, returned, waitForAny } from './context'
import type { CallOf, FileContext, Outcome } from './context'

/** EPOLLEXCLUSIVE_OK_BITS. */
const BESIDE_EXCLUSIVE = E.IN | E.OUT | E.ERR | E.HUP | E.WAKEUP | E.ET | E.EXCLUSIVE

export function epollCreate(host: Host, process: Process, io: HostIo): Outcome {
  const fd = freeDescriptor(process)
  if (fd === -1) return failed('EMFILE')
  openSpecial(host, process, fd, { kind: 'epoll', epoll: newEpoll() }, false, io)
  return returned(fd)
}

export function epollCtl({ host, process, thread, call, file, io }: FileContext<CallOf<'epollCtl'>>): Outcome {
  const fd = resolveFd(thread, call.target)
  const target = fileOf(host, process, fd)
  if (target === undefined) return failed('EBADF')
  if (target === file || file.special?.kind !== 'epoll') return failed('EINVAL')
  const { epoll } = file.special
  const events = parsePollEvents(call.events) ?? 0
  const exclusive = (events & E.EXCLUSIVE) !== 0
  if (exclusive && call.op === 'EPOLL_CTL_MOD') return failed('EINVAL')
  if (exclusive && call.op === 'EPOLL_CTL_ADD') {
    if (target.special?.kind === 'epoll' || (events & ~BESIDE_EXCLUSIVE) !== 0) return failed('EINVAL')
  }
  const known = epoll.interests.find((it) => it.fd === fd && it.file === target.id)
  if (call.op === 'EPOLL_CTL_ADD') {
    if (known !== undefined) return failed('EEXIST')
    if (loops(host, target, file)) return failed('ELOOP')
    add(host, file, epoll, target, { fd, events, data: call.data ?? fd }, io)
    return returned(0)
  }
  if (known === undefined) return failed('ENOENT')
  if (call.op === 'EPOLL_CTL_DEL') {
    dropInterest(host, file, epoll, known)
    return returned(0)
  }
  if ((known.events & E.EXCLUSIVE) !== 0) return failed('EINVAL')
  known.events = (events | ALWAYS) >>> 0
  known.data = call.data ?? fd
  report(host, file, epoll, known, io)
  return returned(0)
}

/** ep_insert */
function add(
  host: Host,
  epollFile: OpenFile,
  epoll: Epoll,
  target: OpenFile,
  { fd, events, data }: Pick<Interest, 'fd' | 'events' | 'data'>,
  io: HostIo,
): void {
  const id = epoll.nextInterest++
  const interest: Interest = { id, fd, file: target.id, events: (events | ALWAYS) >>> 0, data }
  epoll.interests.push(interest)
  if (!target.watchers.includes(epollFile.id)) target.watchers.push(epollFile.id)
  report(host, epollFile, epoll, interest, io)
}

/** What is ready already when it is added or changed counts at once. */
function report(host: Host, epollFile: OpenFile, epoll: Epoll, interest: Interest, io: HostIo): void {
  if (pollInterest(host, interest.file, interest.events) === 0) return
  enterReadyList(host, epollFile, epoll, interest, io)
  wakeWaiter(host, epoll, io)
}

/** ep_loop_check: whether `from` watches, through others, the epoll that is to watch it; or the chain gets too long. */
function loops(host: Host, from: OpenFile, epollFile: OpenFile, depth = 0): boolean {
  if (from.special?.kind !== 'epoll') return false
  if (from === epollFile || depth > MAX_NESTS) return true
  return from.special.epoll.interests.some(({ file }) => {
    const next = host.files.get(file)
    return next !== undefined && loops(host, next, epollFile, depth + 1)
  })
}

export function epollWait(context: FileContext<CallOf<'epollWait'>>): Outcome {
  const { host, thread, call, file, io } = context
  if (call.most <= 0 || file.special?.kind !== 'epoll') return failed('EINVAL')
  const { epoll } = file.special
  const events = epoll.ready.length === 0 ? [] : collectReady(host, epoll, call.most)
  if (events.length > 0) {
    leave(epoll, thread.id)
    // What is left is the next one's (ep_done_scan).
    if (epoll.ready.length > 0) wakeWaiter(host, epoll, io)
    return { done: true, value: events.length, errno: '', output: { kind: 'events', events } }
  }
  const outcome = waitForAny(context, call.timeoutMs)
  leave(epoll, thread.id)
  // Woken for nothing it queues anew.
  if (!outcome.done) epoll.waiters.push(thread.id)
  return outcome
}

function leave(epoll: Epoll, thread: number): void {
  epoll.waiters = epoll.waiters.filter((id) => id !== thread)
}
