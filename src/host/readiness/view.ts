/** Readiness as the page shows it: why each bit of a socket is set or not, and what each epoll watches. Reads what poll() reads and changes nothing. */
import { pollNumbers } from '../../tcp'
import { formatPollEvents, POLL_EVENTS as E, POLL_REASONS, REPORTED_EVENTS } from '../../trace'
import type { EpollView, InterestView, PollBitView, PollReason } from '../../trace'
import type { Host, Interest, Socket } from '../records'
import { PRIVATE } from './epoll'
import { ALWAYS, bitsNow, socketReadiness } from './poll'

export function viewPoll(host: Host, socket: Socket): PollBitView[] {
  const found = socketReadiness(host, socket)
  return REPORTED_EVENTS.map((event) => {
    const reason = found[event]
    const [amount, limit] = compared(host, socket, reason)
    return { event, set: POLL_REASONS[reason], reason, amount, limit }
  })
}

/** What a reason looked at, and what it is measured by. */
function compared(host: Host, { tcb, listener, udp }: Socket, reason: PollReason): readonly [number, number] {
  if (listener !== undefined) return reason === 'notHere' ? [0, 0] : [listener.acceptQueue.size, 1]
  if (udp !== undefined) return reason === 'datagramsWait' || reason === 'noDatagram' ? [udp.queue.length, 1] : [0, 0]
  if (tcb === undefined) return [0, 0]
  const { readable, receiveLowat, free, needed, unsent, notsentLowat } = pollNumbers(tcb, host.sysctl)
  switch (reason) {
    case 'bytes':
    case 'noBytes':
    case 'belowLowat':
    case 'windowClosing':
    case 'onlyUrgent':
      return [readable, receiveLowat]
    case 'room':
    case 'noRoom':
      return [free, needed]
    case 'muchUnsent':
      return [unsent, notsentLowat]
    default:
      return [0, 0]
  }
}

export function viewEpolls(host: Host): EpollView[] {
  const views: EpollView[] = []
  for (const { id, special } of host.files.values()) {
    if (special?.kind !== 'epoll') continue
    const { interests, ready, waiters } = special.epoll
    views.push({
      file: id,
      interests: interests.map((it) => viewInterest(host, it)),
      ready: [...ready],
      waiters: waiters.toReversed(),
    })
  }
  return views
}

function viewInterest(host: Host, { id, fd, file, events }: Interest): InterestView {
  const holds = bitsNow(host, file) & events
  return {
    id,
    fd,
    file,
    socket: host.files.get(file)?.socket ?? -1,
    // Errors and hang-ups are reported unasked.
    events: formatPollEvents((events & ~ALWAYS) >>> 0, 'EPOLL'),
    holds: holds === 0 ? '' : formatPollEvents(holds, 'EPOLL'),
    disarmed: (events & E.ONESHOT) !== 0 && (events & ~PRIVATE) === 0,
  }
}
