/**
 * The bits of poll(2) and epoll(7) by their names without POLL or EPOLL, with the values that both share on Linux (asm-generic/poll.h, sys/epoll.h). The
 * last four are epoll's own and say how an interest is served.
 */
export const POLL_EVENTS = {
  IN: 0x1,
  PRI: 0x2,
  OUT: 0x4,
  ERR: 0x8,
  HUP: 0x10,
  NVAL: 0x20,
  RDNORM: 0x40,
  RDBAND: 0x80,
  WRNORM: 0x100,
  WRBAND: 0x200,
  MSG: 0x400,
  RDHUP: 0x2000,
  EXCLUSIVE: 0x1000_0000,
  WAKEUP: 0x2000_0000,
  ONESHOT: 0x4000_0000,
  ET: 0x8000_0000,
} as const satisfies Readonly<Record<string, number>>

/** `EPOLLIN|EPOLLRDHUP`; `0` for none. */
export function formatPollEvents(bits: number, prefix: 'POLL' | 'EPOLL'): string {
  const names = Object.entries(POLL_EVENTS).flatMap(([name, bit]) => ((bits & bit) !== 0 ? [`${prefix}${name}`] : []))
  return names.length === 0 ? '0' : names.join('|')
}

/** A list of event names joined by `|`, or the number itself; undefined for a name that there is not. `POLLIN`, `EPOLLIN` and `IN` mean the same. */
export function parsePollEvents(events: number | string): number | undefined {
  if (typeof events === 'number') return events >>> 0
  let bits = 0
  for (const word of events.split('|')) {
    const name = word.trim().replace(/^E?POLL/, '')
    if (name === '' || name === '0') continue
    if (!Object.hasOwn(POLL_EVENTS, name)) return undefined
    bits = (bits | POLL_EVENTS[name as keyof typeof POLL_EVENTS]) >>> 0
  }
  return bits
}

/** The bits that a file may report, in the order in which a person reads them. */
export const REPORTED_EVENTS = ['IN', 'OUT', 'RDHUP', 'HUP', 'ERR', 'PRI'] as const
export type ReportedEvent = (typeof REPORTED_EVENTS)[number]

/** Why one of these bits is set (true), or is not (false): the rule of tcp_poll and its kin that decided it. */
export const POLL_REASONS = {
  /** At least SO_RCVLOWAT bytes can be read. */
  bytes: true,
  /** Fewer than SO_RCVLOWAT, but the window has closed so far that no more will come. */
  windowClosing: true,
  belowLowat: false,
  /** The urgent byte alone is no reason to read. */
  onlyUrgent: false,
  noBytes: false,
  /** recv() returns 0: a FIN came, or SHUT_RD. */
  receiveEnded: true,
  connectionsWait: true,
  noConnection: false,
  /** The handshake goes on. */
  opening: false,
  /** A third of the send buffer is free. */
  room: true,
  noRoom: false,
  /** TCP_NOTSENT_LOWAT: too much of it has not been sent. */
  muchUnsent: false,
  /** send() fails at once: SHUT_WR. */
  sendEnded: true,
  finReceived: true,
  readShut: true,
  /** Both directions are over. */
  bothEnded: true,
  oneEnded: false,
  open: false,
  /** The connection is gone, or was never there. */
  closed: true,
  urgentByte: true,
  noUrgent: false,
  pendingError: true,
  /** MSG_ERRQUEUE has something to read. */
  errorQueue: true,
  noError: false,
  pipeHasBytes: true,
  pipeEmpty: false,
  pipeHasRoom: true,
  pipeFull: false,
  otherEndClosed: true,
  interestsReady: true,
  noneReady: false,
  /** Files of this kind do not report it. */
  notHere: false,
  /** A datagram can be read. */
  datagramsWait: true,
  noDatagram: false,
  /** A datagram or Unix socket takes more: its send buffer is half free. */
  datagramRoom: true,
  datagramNoRoom: false,
} as const satisfies Readonly<Record<string, boolean>>
export type PollReason = keyof typeof POLL_REASONS

/** What poll() finds of a file, bit by bit. */
export type Readiness = Readonly<Record<ReportedEvent, PollReason>>
