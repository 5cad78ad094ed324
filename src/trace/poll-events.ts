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
