/** Arguments of calls as numbers and names: constants by Linux's values. */
import type { Value } from '../syntax'
import { failAt } from './failure'

/** Constants that scripts pass to calls or compare with (asm-generic, netinet/tcp.h, poll.h, sys/epoll.h). */
export const CONSTANTS: Readonly<Record<string, number>> = {
  SOCK_STREAM: 1,
  IPPROTO_TCP: 6,
  AF_INET: 2,
  SOMAXCONN: 4096,
  SO_EE_ORIGIN_TIMESTAMPING: 4,
  SO_EE_ORIGIN_ZEROCOPY: 5,
  SO_EE_CODE_ZEROCOPY_COPIED: 1,
  SCM_TSTAMP_SND: 0,
  SCM_TSTAMP_SCHED: 1,
  SCM_TSTAMP_ACK: 2,
  SOF_TIMESTAMPING_TX_HARDWARE: 0x1,
  SOF_TIMESTAMPING_TX_SOFTWARE: 0x2,
  SOF_TIMESTAMPING_RX_HARDWARE: 0x4,
  SOF_TIMESTAMPING_RX_SOFTWARE: 0x8,
  SOF_TIMESTAMPING_SOFTWARE: 0x10,
  SOF_TIMESTAMPING_OPT_ID: 0x80,
  SOF_TIMESTAMPING_TX_SCHED: 0x100,
  SOF_TIMESTAMPING_TX_ACK: 0x200,
  SOF_TIMESTAMPING_OPT_CMSG: 0x400,
  SOF_TIMESTAMPING_OPT_TSONLY: 0x800,
  SOF_TIMESTAMPING_OPT_ID_TCP: 0x10000,
  O_RDONLY: 0,
  O_WRONLY: 1,
  O_RDWR: 2,
  O_NONBLOCK: 0x800,
  POLLIN: 1,
  POLLPRI: 2,
  POLLOUT: 4,
  POLLERR: 8,
  POLLHUP: 0x10,
  POLLNVAL: 0x20,
  POLLRDNORM: 0x40,
  POLLWRNORM: 0x100,
  POLLRDHUP: 0x2000,
  EPOLLIN: 1,
  EPOLLPRI: 2,
  EPOLLOUT: 4,
  EPOLLERR: 8,
  EPOLLHUP: 0x10,
  EPOLLRDNORM: 0x40,
  EPOLLWRNORM: 0x100,
  EPOLLRDHUP: 0x2000,
  EPOLLEXCLUSIVE: 0x1000_0000,
  EPOLLWAKEUP: 0x2000_0000,
  EPOLLONESHOT: 0x4000_0000,
  EPOLLET: 0x8000_0000,
  IP_PMTUDISC_DONT: 0,
  IP_PMTUDISC_WANT: 1,
  IP_PMTUDISC_DO: 2,
  IP_PMTUDISC_PROBE: 3,
  IP_PMTUDISC_INTERFACE: 4,
  IP_PMTUDISC_OMIT: 5,
  TCP_ESTABLISHED: 1,
  TCP_SYN_SENT: 2,
  TCP_SYN_RECV: 3,
  TCP_FIN_WAIT1: 4,
  TCP_FIN_WAIT2: 5,
  TCP_TIME_WAIT: 6,
  TCP_CLOSE: 7,
  TCP_CLOSE_WAIT: 8,
  TCP_LAST_ACK: 9,
  TCP_LISTEN: 10,
  TCP_CLOSING: 11,
  TCP_CA_Open: 0,
  TCP_CA_Disorder: 1,
  TCP_CA_CWR: 2,
  TCP_CA_Recovery: 3,
  TCP_CA_Loss: 4,
  TCPI_OPT_TIMESTAMPS: 1,
  TCPI_OPT_SACK: 2,
  TCPI_OPT_WSCALE: 4,
  TCPI_OPT_ECN: 8,
  TCPI_OPT_ECN_SEEN: 16,
  TCPI_OPT_SYN_DATA: 32,
  TCPI_OPT_USEC_TS: 64,
  TCPI_ECN_MODE_DISABLED: 0,
  TCPI_ECN_MODE_RFC3168: 1,
  TCPI_ECN_MODE_ACCECN: 2,
  TCPI_ECN_MODE_PENDING: 3,
  TCP_ACCECN_OPT_NOT_SEEN: 0,
  TCP_ACCECN_OPT_EMPTY_SEEN: 1,
  TCP_ACCECN_OPT_COUNTER_SEEN: 2,
  TCP_ACCECN_OPT_FAIL_SEEN: 3,
  TCP_ACCECN_ACE_FAIL_SEND: 1,
  TCP_ACCECN_ACE_FAIL_RECV: 2,
  TCP_ACCECN_OPT_FAIL_SEND: 4,
  TCP_ACCECN_OPT_FAIL_RECV: 8,
}

export function valueNumber(line: number, value: Value | undefined): number {
  const found = optionalNumber(value)
  return found ?? failAt(line, 'a number as argument', showValue(value))
}

/** A number, a constant or a union of constants; undefined for dots and for names that are not known. */
export function optionalNumber(value: Value | undefined): number | undefined {
  if (value?.kind === 'number') return value.value
  if (value?.kind === 'list' && value.items.length === 1) return optionalNumber(value.items[0])
  if (value?.kind === 'apply' && value.name === 'htons') return optionalNumber(value.items[0])
  if (value?.kind !== 'name') return undefined
  let sum = 0
  for (const name of value.names) {
    const number = CONSTANTS[name] ?? Number(name)
    if (Number.isNaN(number)) return undefined
    sum = (sum | number) >>> 0
  }
  return sum
}

/** The constants that an argument names, without the number 0. */
export function valueNames(value: Value | undefined): readonly string[] {
  return value?.kind === 'name' ? value.names : []
}

export function field(value: Value | undefined, name: string): Value | undefined {
  return value?.kind === 'record' && Object.hasOwn(value.fields, name) ? value.fields[name] : undefined
}

export function showValue(value: Value | undefined): string {
  switch (value?.kind) {
    case undefined:
      return 'nothing'
    case 'ellipsis':
      return '...'
    case 'number':
      return String(value.value)
    case 'name':
      return value.names.join('|')
    case 'text':
      return JSON.stringify(value.value)
    case 'list':
      return `[${value.items.map(showValue).join(', ')}]`
    case 'apply':
      return `${value.name}(${value.items.map(showValue).join(', ')})`
    case 'record':
      return '{...}'
  }
}
