/** Rows of the table (see table.ts): opening a connection and talking over it. Each cell was asked of a Linux 6.18 kernel, and is asked again by e2e/kernel/calls. */
import { rows } from './row'
import type { Row } from './row'

export const TALKING: readonly Row[] = [
  ...rows(
    'bind',
    ['= -1 EBADF', 'not open'],
    ['= -1 ENOTSOCK', 'a pipe'],
    [
      '= 0',
      'unbound; refused; refused, error taken; shut last; shut first, then by the peer; reset by the peer; reset, error taken; reset, data to read; reset in CLOSE-WAIT; timed out',
    ],
    [
      '= -1 EINVAL',
      'bound; listening; listening, a connection waits; connecting, non-blocking; connected; data to read; send buffer full; shut for reading; shut for writing, unacknowledged; shut for writing; shut both ways; closed by the peer; closed by the peer, data to read; both shut at once; shut last, unacknowledged',
    ],
  ),
  ...rows(
    'listen',
    ['= -1 EBADF', 'not open'],
    ['= -1 ENOTSOCK', 'a pipe'],
    ['= 0', 'unbound; bound', { after: 'LISTEN', events: 'to LISTEN' }],
    ['= 0', 'listening; listening, a connection waits'],
    [
      '= -1 EINVAL',
      'connecting, non-blocking; refused; refused, error taken; connected; data to read; send buffer full; shut for reading; shut for writing, unacknowledged; shut for writing; shut both ways; closed by the peer; closed by the peer, data to read; both shut at once; shut last, unacknowledged; shut last; shut first, then by the peer; reset by the peer; reset, error taken; reset, data to read; reset in CLOSE-WAIT; timed out',
    ],
  ),
  ...rows(
    'connect',
    ['= -1 EBADF', 'not open'],
    ['= -1 ENOTSOCK', 'a pipe'],
    ['= 0', 'unbound; bound', { sends: 'SYN; ACK', after: 'ESTAB', events: 'to SYN-SENT, blocked, to ESTABLISHED' }],
    [
      '= -1 EISCONN',
      'listening; listening, a connection waits; connected; data to read; send buffer full; shut for reading; shut for writing, unacknowledged; shut for writing; shut both ways; closed by the peer; closed by the peer, data to read; both shut at once; shut last, unacknowledged; shut last; shut first, then by the peer; reset by the peer; reset, error taken; reset, data to read; reset in CLOSE-WAIT; timed out',
    ],
    ['= -1 EALREADY', 'connecting, non-blocking'],
    ['= -1 ECONNREFUSED', 'refused'],
    ['= -1 ECONNABORTED', 'refused, error taken'],
  ),
  ...rows(
    'accept',
    ['= -1 EBADF', 'not open'],
    ['= -1 ENOTSOCK', 'a pipe'],
    [
      '= -1 EINVAL',
      'unbound; bound; connecting, non-blocking; refused; refused, error taken; connected; data to read; send buffer full; shut for reading; shut for writing, unacknowledged; shut for writing; shut both ways; closed by the peer; closed by the peer, data to read; both shut at once; shut last, unacknowledged; shut last; shut first, then by the peer; reset by the peer; reset, error taken; reset, data to read; reset in CLOSE-WAIT; timed out',
    ],
    ['blocked', 'listening', { events: 'blocked' }],
    ['= fd', 'listening, a connection waits', { events: 'accepted, descriptorOpened' }],
  ),
  ...rows(
    'send',
    ['= -1 EBADF', 'not open'],
    ['= -1 ENOTSOCK', 'a pipe'],
    [
      '= -1 EPIPE',
      'unbound; bound; listening; listening, a connection waits; refused, error taken; shut for writing, unacknowledged; shut for writing; shut both ways; both shut at once; shut last, unacknowledged; shut last; shut first, then by the peer; reset, error taken; reset in CLOSE-WAIT',
    ],
    ['= -1 EAGAIN', 'connecting, non-blocking'],
    ['= -1 ECONNREFUSED', 'refused'],
    ['= 100', 'connected; data to read; shut for reading', { sends: 'PSH,ACK 100' }],
    ['blocked', 'send buffer full', { events: 'blocked' }],
    [
      '= 100',
      'closed by the peer; closed by the peer, data to read',
      { sends: 'PSH,ACK 100', after: 'nothing', events: 'errorSet, to CLOSED' },
    ],
    ['= -1 ECONNRESET', 'reset by the peer; reset, data to read'],
    ['= -1 ETIMEDOUT', 'timed out'],
  ),
  ...rows(
    'send, no bytes',
    ['= -1 EBADF', 'not open'],
    ['= -1 ENOTSOCK', 'a pipe'],
    [
      '= -1 EPIPE',
      'unbound; bound; listening; listening, a connection waits; refused, error taken; shut for writing, unacknowledged; shut for writing; shut both ways; both shut at once; shut last, unacknowledged; shut last; shut first, then by the peer; reset, error taken; reset in CLOSE-WAIT',
    ],
    ['= -1 EAGAIN', 'connecting, non-blocking'],
    ['= -1 ECONNREFUSED', 'refused'],
    [
      '= 0',
      'connected; data to read; send buffer full; shut for reading; closed by the peer; closed by the peer, data to read',
    ],
    ['= -1 ECONNRESET', 'reset by the peer; reset, data to read'],
    ['= -1 ETIMEDOUT', 'timed out'],
  ),
  ...rows(
    'recv',
    ['= -1 EBADF', 'not open'],
    ['= -1 ENOTSOCK', 'a pipe'],
    ['= -1 ENOTCONN', 'unbound; bound; listening; listening, a connection waits'],
    ['= -1 EAGAIN', 'connecting, non-blocking'],
    ['= -1 ECONNREFUSED', 'refused'],
    [
      '= 0',
      'refused, error taken; shut for reading; shut both ways; closed by the peer; both shut at once; shut last, unacknowledged; shut last; shut first, then by the peer; reset, error taken; reset in CLOSE-WAIT',
    ],
    [
      'blocked',
      'connected; send buffer full; shut for writing, unacknowledged; shut for writing',
      { events: 'blocked' },
    ],
    ['= 100', 'data to read; closed by the peer, data to read; reset, data to read'],
    ['= -1 ECONNRESET', 'reset by the peer'],
    ['= -1 ETIMEDOUT', 'timed out'],
  ),
  ...rows(
    'recv, no bytes',
    ['= -1 EBADF', 'not open'],
    ['= -1 ENOTSOCK', 'a pipe'],
    ['= -1 ENOTCONN', 'unbound; bound; listening; listening, a connection waits'],
    ['= -1 EAGAIN', 'connecting, non-blocking'],
    ['= -1 ECONNREFUSED', 'refused'],
    [
      '= 0',
      'refused, error taken; data to read; shut for reading; shut both ways; closed by the peer; closed by the peer, data to read; both shut at once; shut last, unacknowledged; shut last; shut first, then by the peer; reset, error taken; reset, data to read; reset in CLOSE-WAIT',
    ],
    [
      'blocked',
      'connected; send buffer full; shut for writing, unacknowledged; shut for writing',
      { events: 'blocked' },
    ],
    ['= -1 ECONNRESET', 'reset by the peer'],
    ['= -1 ETIMEDOUT', 'timed out'],
  ),
  ...rows(
    'recv MSG_PEEK',
    ['= -1 EBADF', 'not open'],
    ['= -1 ENOTSOCK', 'a pipe'],
    ['= -1 ENOTCONN', 'unbound; bound; listening; listening, a connection waits'],
    ['= -1 EAGAIN', 'connecting, non-blocking'],
    ['= -1 ECONNREFUSED', 'refused'],
    [
      '= 0',
      'refused, error taken; shut for reading; shut both ways; closed by the peer; both shut at once; shut last, unacknowledged; shut last; shut first, then by the peer; reset, error taken; reset in CLOSE-WAIT',
    ],
    [
      'blocked',
      'connected; send buffer full; shut for writing, unacknowledged; shut for writing',
      { events: 'blocked' },
    ],
    ['= 100', 'data to read; closed by the peer, data to read; reset, data to read'],
    ['= -1 ECONNRESET', 'reset by the peer'],
    ['= -1 ETIMEDOUT', 'timed out'],
  ),
  ...rows(
    'recv MSG_OOB',
    ['= -1 EBADF', 'not open'],
    ['= -1 ENOTSOCK', 'a pipe'],
    [
      '= -1 EINVAL',
      'unbound; bound; connecting, non-blocking; refused; refused, error taken; connected; data to read; send buffer full; shut for reading; shut for writing, unacknowledged; shut for writing; shut both ways; closed by the peer; closed by the peer, data to read; both shut at once; shut last, unacknowledged; shut last; shut first, then by the peer; reset by the peer; reset, error taken; reset, data to read; reset in CLOSE-WAIT; timed out',
    ],
    ['= -1 ENOTCONN', 'listening; listening, a connection waits'],
  ),
]
