/** Rows of the table (see table.ts): ending a connection, and asking about it. Each cell was asked of a Linux 6.18 kernel, and is asked again by e2e/kernel/calls. */
import { rows } from './row'
import type { Row } from './row'

export const ENDING: readonly Row[] = [
  ...rows(
    'shutdown SHUT_RD',
    ['= -1 EBADF', 'not open'],
    ['= -1 ENOTSOCK', 'a pipe'],
    [
      '= -1 ENOTCONN',
      'UDP; unbound; bound; refused; refused, error taken; shut last; shut first, then by the peer; reset by the peer; reset, error taken; reset, data to read; reset in CLOSE-WAIT; timed out',
    ],
    [
      '= 0',
      'UDP, connected; UDP, refused by ICMP; connected; data to read; send buffer full; shut for reading; shut for writing, unacknowledged; shut for writing; shut both ways; closed by the peer; closed by the peer, data to read; both shut at once; shut last, unacknowledged',
    ],
    ['= 0', 'listening; connecting, non-blocking', { after: 'nothing', events: 'to CLOSED' }],
    [
      '= 0',
      'listening, a connection waits',
      { sends: 'RST,ACK', after: 'nothing', events: 'to CLOSED, to CLOSED, socketFreed' },
    ],
  ),
  ...rows(
    'shutdown SHUT_WR',
    ['= -1 EBADF', 'not open'],
    ['= -1 ENOTSOCK', 'a pipe'],
    [
      '= -1 ENOTCONN',
      'UDP; unbound; bound; refused; refused, error taken; shut last; shut first, then by the peer; reset by the peer; reset, error taken; reset, data to read; reset in CLOSE-WAIT; timed out',
    ],
    [
      '= 0',
      'UDP, connected; UDP, refused by ICMP; listening; listening, a connection waits; shut for writing, unacknowledged; shut for writing; shut both ways; both shut at once; shut last, unacknowledged',
    ],
    ['= 0', 'connecting, non-blocking', { after: 'nothing', events: 'to CLOSED' }],
    [
      '= 0',
      'connected; data to read; shut for reading',
      { sends: 'FIN,ACK', after: 'FIN-WAIT-2', events: 'to FIN-WAIT-1, to FIN-WAIT-2' },
    ],
    ['= 0', 'send buffer full', { after: 'FIN-WAIT-1', events: 'to FIN-WAIT-1' }],
    [
      '= 0',
      'closed by the peer; closed by the peer, data to read',
      { sends: 'FIN,ACK', after: 'nothing', events: 'to LAST-ACK, to CLOSED' },
    ],
  ),
  ...rows(
    'shutdown SHUT_RDWR',
    ['= -1 EBADF', 'not open'],
    ['= -1 ENOTSOCK', 'a pipe'],
    [
      '= -1 ENOTCONN',
      'UDP; unbound; bound; refused; refused, error taken; shut last; shut first, then by the peer; reset by the peer; reset, error taken; reset, data to read; reset in CLOSE-WAIT; timed out',
    ],
    [
      '= 0',
      'UDP, connected; UDP, refused by ICMP; shut for writing, unacknowledged; shut for writing; shut both ways; both shut at once; shut last, unacknowledged',
    ],
    ['= 0', 'listening; connecting, non-blocking', { after: 'nothing', events: 'to CLOSED' }],
    [
      '= 0',
      'listening, a connection waits',
      { sends: 'RST,ACK', after: 'nothing', events: 'to CLOSED, to CLOSED, socketFreed' },
    ],
    [
      '= 0',
      'connected; data to read; shut for reading',
      { sends: 'FIN,ACK', after: 'FIN-WAIT-2', events: 'to FIN-WAIT-1, to FIN-WAIT-2' },
    ],
    ['= 0', 'send buffer full', { after: 'FIN-WAIT-1', events: 'to FIN-WAIT-1' }],
    [
      '= 0',
      'closed by the peer; closed by the peer, data to read',
      { sends: 'FIN,ACK', after: 'nothing', events: 'to LAST-ACK, to CLOSED' },
    ],
  ),
  ...rows(
    'close',
    ['= -1 EBADF', 'not open'],
    [
      '= 0',
      'a pipe; shut for writing, unacknowledged; shut for writing; shut both ways; both shut at once; shut last, unacknowledged; shut first, then by the peer',
      { events: 'descriptorClosed' },
    ],
    [
      '= 0',
      'UDP; UDP, connected; UDP, refused by ICMP; unbound; bound; refused; refused, error taken; shut last; reset by the peer; reset, error taken; reset, data to read; reset in CLOSE-WAIT; timed out',
      { events: 'descriptorClosed, socketFreed' },
    ],
    [
      '= 0',
      'listening; connecting, non-blocking',
      { after: 'nothing', events: 'descriptorClosed, to CLOSED, socketFreed' },
    ],
    [
      '= 0',
      'listening, a connection waits',
      {
        sends: 'RST,ACK',
        after: 'nothing',
        events: 'descriptorClosed, to CLOSED, to CLOSED, socketFreed, socketFreed',
      },
    ],
    [
      '= 0',
      'connected; shut for reading',
      { sends: 'FIN,ACK', after: 'FIN-WAIT-2', events: 'descriptorClosed, to FIN-WAIT-1, to FIN-WAIT-2' },
    ],
    [
      '= 0',
      'data to read; closed by the peer, data to read',
      { sends: 'RST,ACK', after: 'nothing', events: 'descriptorClosed, to CLOSED, socketFreed' },
    ],
    ['= 0', 'send buffer full', { after: 'FIN-WAIT-1', events: 'descriptorClosed, to FIN-WAIT-1' }],
    [
      '= 0',
      'closed by the peer',
      { sends: 'FIN,ACK', after: 'nothing', events: 'descriptorClosed, to LAST-ACK, to CLOSED, socketFreed' },
    ],
  ),
  ...rows(
    'getsockopt SO_ERROR',
    ['= -1 EBADF', 'not open'],
    ['= -1 ENOTSOCK', 'a pipe'],
    [
      '= 0 [0]',
      'UDP; UDP, connected; unbound; bound; listening; listening, a connection waits; connecting, non-blocking; refused, error taken; connected; data to read; send buffer full; shut for reading; shut for writing, unacknowledged; shut for writing; shut both ways; closed by the peer; closed by the peer, data to read; both shut at once; shut last, unacknowledged; shut last; shut first, then by the peer; reset, error taken',
    ],
    ['= 0 [ECONNREFUSED]', 'UDP, refused by ICMP; refused'],
    ['= 0 [ECONNRESET]', 'reset by the peer; reset, data to read'],
    ['= 0 [EPIPE]', 'reset in CLOSE-WAIT'],
    ['= 0 [ETIMEDOUT]', 'timed out'],
  ),
  ...rows(
    'setsockopt SO_KEEPALIVE',
    ['= -1 EBADF', 'not open'],
    ['= -1 ENOTSOCK', 'a pipe'],
    [
      '= 0',
      'UDP; UDP, connected; UDP, refused by ICMP; unbound; bound; listening; listening, a connection waits; connecting, non-blocking; refused; refused, error taken; connected; data to read; send buffer full; shut for reading; shut for writing, unacknowledged; shut for writing; shut both ways; closed by the peer; closed by the peer, data to read; both shut at once; shut last, unacknowledged; shut last; shut first, then by the peer; reset by the peer; reset, error taken; reset, data to read; reset in CLOSE-WAIT; timed out',
    ],
  ),
  ...rows(
    'getsockname',
    ['= -1 EBADF', 'not open'],
    ['= -1 ENOTSOCK', 'a pipe'],
    ['= 0 0.0.0.0:0', 'UDP; unbound'],
    [
      '= 0 10.0.0.1:E',
      'UDP, connected; UDP, refused by ICMP; connecting, non-blocking; refused; refused, error taken; connected; data to read; send buffer full; shut for reading; shut for writing, unacknowledged; shut for writing; shut both ways; closed by the peer; closed by the peer, data to read; both shut at once; shut last, unacknowledged; shut last; shut first, then by the peer; reset by the peer; reset, error taken; reset, data to read; reset in CLOSE-WAIT; timed out',
    ],
    ['= 0 0.0.0.0:5000', 'bound'],
    ['= 0 0.0.0.0:80', 'listening; listening, a connection waits'],
  ),
  ...rows(
    'getpeername',
    ['= -1 EBADF', 'not open'],
    ['= -1 ENOTSOCK', 'a pipe'],
    [
      '= -1 ENOTCONN',
      'UDP; unbound; bound; listening; listening, a connection waits; connecting, non-blocking; refused; refused, error taken; shut last; shut first, then by the peer; reset by the peer; reset, error taken; reset, data to read; reset in CLOSE-WAIT; timed out',
    ],
    [
      '= 0 10.0.0.2:80',
      'UDP, connected; UDP, refused by ICMP; connected; data to read; send buffer full; shut for reading; shut for writing, unacknowledged; shut for writing; shut both ways; closed by the peer; closed by the peer, data to read; both shut at once; shut last, unacknowledged',
    ],
  ),
  ...rows(
    'fcntl O_NONBLOCK',
    ['= -1 EBADF', 'not open'],
    [
      '= 0',
      'a pipe; UDP; UDP, connected; UDP, refused by ICMP; unbound; bound; listening; listening, a connection waits; connecting, non-blocking; refused; refused, error taken; connected; data to read; send buffer full; shut for reading; shut for writing, unacknowledged; shut for writing; shut both ways; closed by the peer; closed by the peer, data to read; both shut at once; shut last, unacknowledged; shut last; shut first, then by the peer; reset by the peer; reset, error taken; reset, data to read; reset in CLOSE-WAIT; timed out',
    ],
  ),
  ...rows(
    'poll',
    ['= 1 NVAL', 'not open'],
    ['= 0 -', 'a pipe; listening; connecting, non-blocking; send buffer full'],
    ['= 1 OUT|WRNORM|WRBAND', 'UDP; UDP, connected'],
    ['= 1 OUT|ERR|WRNORM|WRBAND', 'UDP, refused by ICMP'],
    ['= 1 OUT|HUP|WRNORM', 'unbound; bound'],
    ['= 1 IN|RDNORM', 'listening, a connection waits'],
    [
      '= 1 IN|OUT|ERR|HUP|RDNORM|WRNORM|RDHUP',
      'refused; reset by the peer; reset, data to read; reset in CLOSE-WAIT; timed out',
    ],
    [
      '= 1 IN|OUT|HUP|RDNORM|WRNORM|RDHUP',
      'refused, error taken; shut both ways; both shut at once; shut last, unacknowledged; shut last; shut first, then by the peer; reset, error taken',
    ],
    ['= 1 OUT|WRNORM', 'connected; shut for writing, unacknowledged; shut for writing'],
    ['= 1 IN|OUT|RDNORM|WRNORM', 'data to read'],
    ['= 1 IN|OUT|RDNORM|WRNORM|RDHUP', 'shut for reading; closed by the peer; closed by the peer, data to read'],
  ),
]
