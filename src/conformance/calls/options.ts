/** What setsockopt makes of a value, and what getsockopt then tells: socket(7), tcp(7), ip(7). Each line was asked of Linux. */
import type { SocketOption } from '../../trace'
import { A, CONNECTED } from './play'
import type { Move, Told } from './play'

const set = (option: SocketOption, value: number | string): Move => A({ call: 'setsockopt', fd: 's', option, value })
const get = (option: SocketOption): Move => A({ call: 'getsockopt', fd: 's', option })

/** What a socket starts with. */
const DEFAULTS: readonly (readonly [option: SocketOption, says: string])[] = [
  ['SO_REUSEADDR', '0'],
  ['SO_REUSEPORT', '0'],
  ['SO_KEEPALIVE', '0'],
  ['SO_OOBINLINE', '0'],
  ['SO_LINGER', '{off, 0 s}'],
  ['SO_SNDBUF', '16384'],
  ['SO_RCVBUF', '131072'],
  ['SO_RCVLOWAT', '1'],
  ['SO_RCVTIMEO', '0 ms'],
  ['SO_SNDTIMEO', '0 ms'],
  ['SO_ERROR', '0'],
  ['SO_PEEK_OFF', '-1'],
  ['SO_ZEROCOPY', '0'],
  ['TCP_NODELAY', '0'],
  ['TCP_CORK', '0'],
  ['TCP_QUICKACK', '1'],
  ['TCP_MAXSEG', '536'],
  ['TCP_KEEPIDLE', '7200'],
  ['TCP_KEEPINTVL', '75'],
  ['TCP_KEEPCNT', '9'],
  ['TCP_SYNCNT', '6'],
  ['TCP_LINGER2', '60'],
  ['TCP_DEFER_ACCEPT', '0'],
  ['TCP_WINDOW_CLAMP', '0'],
  ['TCP_USER_TIMEOUT', '0 ms'],
  ['TCP_NOTSENT_LOWAT', '0'],
  ['IP_TOS', '0'],
  ['IP_MTU_DISCOVER', '1'],
  ['IP_RECVERR', '0'],
]

/** What a value given is answered by, and what the option then is. */
const CHANGES: readonly (readonly [option: SocketOption, value: number, says: string, then: string])[] = [
  ['SO_REUSEADDR', 7, '0', '1'],
  ['SO_KEEPALIVE', 2, '0', '1'],
  ['SO_LINGER', -1, '0', '{off, 0 s}'],
  ['SO_LINGER', 3, '0', '{on, 3 s}'],
  ['SO_SNDBUF', 20_000, '0', '40000'],
  ['SO_SNDBUF', 1, '0', '4608'],
  ['SO_RCVBUF', 20_000, '0', '40000'],
  ['SO_RCVBUF', 0, '0', '2304'],
  ['SO_RCVLOWAT', 0, '0', '1'],
  ['SO_RCVLOWAT', 500, '0', '500'],
  ['SO_RCVTIMEO', 500, '0', '500 ms'],
  ['TCP_MAXSEG', 87, '-1 EINVAL', '536'],
  ['TCP_MAXSEG', 88, '0', '88'],
  ['TCP_MAXSEG', 32_768, '-1 EINVAL', '88'],
  ['TCP_KEEPIDLE', 0, '-1 EINVAL', '7200'],
  ['TCP_KEEPIDLE', 32_767, '0', '32767'],
  ['TCP_KEEPINTVL', 32_768, '-1 EINVAL', '75'],
  ['TCP_KEEPCNT', 127, '0', '127'],
  ['TCP_KEEPCNT', 128, '-1 EINVAL', '127'],
  ['TCP_SYNCNT', 0, '-1 EINVAL', '6'],
  ['TCP_SYNCNT', 3, '0', '3'],
  ['TCP_LINGER2', 5, '0', '5'],
  ['TCP_LINGER2', 1_000, '0', '120'],
  ['TCP_LINGER2', -1, '0', '-1'],
  ['TCP_LINGER2', 0, '0', '60'],
  ['TCP_DEFER_ACCEPT', 1, '0', '1'],
  ['TCP_DEFER_ACCEPT', 5, '0', '7'],
  ['TCP_DEFER_ACCEPT', -1, '0', '0'],
  ['TCP_USER_TIMEOUT', -1, '-1 EINVAL', '0 ms'],
  ['TCP_USER_TIMEOUT', 1_500, '0', '1500 ms'],
  ['TCP_NOTSENT_LOWAT', 1_000, '0', '1000'],
  ['TCP_QUICKACK', 0, '0', '0'],
  ['TCP_CORK', 1, '0', '1'],
  ['TCP_WINDOW_CLAMP', 1, '0', '1152'],
  ['IP_TOS', 0x13, '0', '16'],
  ['IP_TOS', 0x10, '0', '16'],
  ['IP_MTU_DISCOVER', 6, '-1 EINVAL', '1'],
  ['IP_MTU_DISCOVER', 2, '0', '2'],
  ['SO_PEEK_OFF', 10, '0', '10'],
  ['SO_ZEROCOPY', 2, '-1 EINVAL', '0'],
  ['SO_ERROR', 1, '-1 ENOPROTOOPT', '0'],
]

export const OPTION_PLAYS: readonly Told[] = [
  {
    name: 'getsockopt tells what a new socket has',
    moves: [A({ call: 'socket' }, 's'), ...DEFAULTS.map(([option, says]) => [get(option), `= 0 [${says}]`] as const)],
  },
  {
    name: 'setsockopt doubles, clamps and refuses values, and getsockopt tells what became of them',
    moves: [
      A({ call: 'socket' }, 's'),
      ...CHANGES.flatMap(([option, value, says, then]) => [
        [set(option, value), `= ${says}`] as const,
        [get(option), `= 0 [${then}]`] as const,
      ]),
    ],
  },
  {
    name: 'options of a connection: TCP_MAXSEG tells the segments it sends, IP_MTU the path; without one IP_MTU is ENOTCONN',
    moves: [
      A({ call: 'socket' }, 'fresh'),
      [A({ call: 'getsockopt', fd: 'fresh', option: 'IP_MTU' }), '= -1 ENOTCONN'],
      [A({ call: 'setsockopt', fd: 'fresh', option: 'TCP_CONGESTION', value: 'vegas3' }), '= -1 ENOENT'],
      [A({ call: 'setsockopt', fd: 'fresh', option: 'TCP_CONGESTION', value: 'reno' }), '= 0'],
      [A({ call: 'getsockopt', fd: 'fresh', option: 'TCP_CONGESTION' }), '= 0 ["reno"]'],
      ...CONNECTED,
      [get('TCP_MAXSEG'), '= 0 [1448]'],
      [get('IP_MTU'), '= 0 [1500]'],
      [set('TCP_MAXSEG', 1000), '= 0'],
      [get('TCP_MAXSEG'), '= 0 [1448]'],
      [set('TCP_WINDOW_CLAMP', 0), '= -1 EINVAL'],
    ],
  },
]
