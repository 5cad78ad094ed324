/**
 * The system calls a person or a program can make, as data. A program is a list of these, and a click is one of them
 * given by hand. `fd` is a descriptor number, or the name under which an earlier step of the same program kept one.
 */
import type { SignalAction, SignalName } from './signals'

export type FdRef = number | string

export type SocketDomain = 'AF_INET' | 'AF_UNIX'
export type SocketType = 'SOCK_STREAM' | 'SOCK_DGRAM'

export type ShutdownHow = 'SHUT_RD' | 'SHUT_WR' | 'SHUT_RDWR'

/** Options that setsockopt and getsockopt know, by their Linux names. */
export const SOCKET_OPTIONS = [
  'SO_REUSEADDR',
  'SO_REUSEPORT',
  'SO_KEEPALIVE',
  'SO_LINGER',
  'SO_SNDBUF',
  'SO_RCVBUF',
  'SO_ERROR',
  'SO_RCVTIMEO',
  'SO_SNDTIMEO',
  'TCP_NODELAY',
  'TCP_CORK',
  'TCP_QUICKACK',
  'TCP_MAXSEG',
  'TCP_CONGESTION',
  'TCP_KEEPIDLE',
  'TCP_KEEPINTVL',
  'TCP_KEEPCNT',
  'TCP_USER_TIMEOUT',
  'TCP_SYNCNT',
  'TCP_LINGER2',
  'TCP_DEFER_ACCEPT',
  'IP_TOS',
  'SO_RCVLOWAT',
  'SO_TIMESTAMPING',
  'SO_ZEROCOPY',
  'SO_PEEK_OFF',
  'SO_MAX_PACING_RATE',
  'IP_MTU',
  'IP_MTU_DISCOVER',
  'IP_RECVERR',
  'TCP_RTO_MAX_MS',
  'SO_OOBINLINE',
  'TCP_NOTSENT_LOWAT',
  'TCP_WINDOW_CLAMP',
  'TCP_THIN_LINEAR_TIMEOUTS',
  'TCP_THIN_DUPACK',
  'TCP_RTO_MIN_US',
  'TCP_DELACK_MAX_US',
  'SO_BROADCAST',
  'SO_NO_CHECK',
  'SO_TYPE',
] as const
export type SocketOption = (typeof SOCKET_OPTIONS)[number]

/**
 * An option's value: a number for most; the algorithm's name for TCP_CONGESTION; for SO_LINGER the linger time in
 * seconds, -1 for off; for the two timeouts, milliseconds, 0 for none.
 */
export type OptionValue = number | string

/** Any call that a host makes. */
export type Call = SocketCall | FileCall | ProcessCall

/** Calls on sockets, which scenarios and a person's clicks can make. */
export type SocketCall =
  /** A TCP socket where nothing else is said: SOCK_DGRAM is UDP, AF_UNIX stays on the host. */
  | {
      readonly call: 'socket'
      readonly nonblock?: boolean
      readonly domain?: SocketDomain
      readonly type?: SocketType
    }
  | {
      readonly call: 'bind'
      readonly fd: FdRef
      readonly address?: string
      readonly port: number
      /** Of a Unix socket, in place of address and port; a leading `@` for an abstract name. */
      readonly path?: string
    }
  | { readonly call: 'listen'; readonly fd: FdRef; readonly backlog: number }
  | {
      readonly call: 'connect'
      readonly fd: FdRef
      readonly address: string
      readonly port: number
      readonly path?: string
      /** The peer whose address a recvfrom kept under this name, in place of address and port. */
      readonly to?: string
      /** AF_UNSPEC undoes an earlier connect(): a datagram socket forgets its peer, a stream is reset. */
      readonly family?: 'AF_UNSPEC'
    }
  | { readonly call: 'accept'; readonly fd: FdRef; readonly nonblock?: boolean }
  /** Sends `text` as UTF-8, or `bytes` bytes of a pattern that depends only on the stream offset. */
  | {
      readonly call: 'send'
      readonly fd: FdRef
      readonly bytes?: number
      readonly text?: string
      /** Any of MSG_DONTWAIT, MSG_MORE, MSG_NOSIGNAL, MSG_OOB. */
      readonly flags?: readonly string[]
      /** The buffer's address is none of the process's: EFAULT where bytes would be copied. */
      readonly badAddress?: boolean
      /** A program's buffer that the bytes come from, and the place in it where they begin. */
      readonly from?: string
      readonly at?: number
    }
  | {
      readonly call: 'recv'
      readonly fd: FdRef
      readonly bytes: number
      /** Any of MSG_DONTWAIT, MSG_PEEK, MSG_WAITALL, MSG_OOB. */
      readonly flags?: readonly string[]
      readonly badAddress?: boolean
      /** A program's buffer that the bytes go into, and the place in it where they begin; what is read without one is thrown away. */
      readonly into?: string
      readonly at?: number
    }
  /** send() with an address, which a stream socket has no use for. Without one it is a send(). */
  | {
      readonly call: 'sendto'
      readonly fd: FdRef
      readonly bytes?: number
      readonly text?: string
      readonly flags?: readonly string[]
      readonly badAddress?: boolean
      readonly address?: string
      readonly port?: number
      readonly path?: string
      /** The peer whose address a recvfrom kept under this name, in place of address and port. */
      readonly to?: string
    }
  /** recv() that also tells where the datagram came from, and keeps that under the name `from`. */
  | {
      readonly call: 'recvfrom'
      readonly fd: FdRef
      readonly bytes: number
      readonly flags?: readonly string[]
      readonly badAddress?: boolean
      readonly from?: string
    }
  /** Two connected Unix sockets; their descriptors are kept under the two names. */
  | {
      readonly call: 'socketpair'
      readonly type?: SocketType
      readonly nonblock?: boolean
      readonly first?: string
      readonly second?: string
    }
  /** Removes the name of a Unix socket. */
  | { readonly call: 'unlink'; readonly path: string }
  | { readonly call: 'shutdown'; readonly fd: FdRef; readonly how: ShutdownHow }
  | { readonly call: 'close'; readonly fd: FdRef }
  | { readonly call: 'setsockopt'; readonly fd: FdRef; readonly option: SocketOption; readonly value: OptionValue }
  | { readonly call: 'getsockopt'; readonly fd: FdRef; readonly option: SocketOption }
  | { readonly call: 'fcntl'; readonly fd: FdRef; readonly nonblock: boolean }
  | { readonly call: 'getsockname'; readonly fd: FdRef }
  | { readonly call: 'getpeername'; readonly fd: FdRef }
  /** A SOCK_RAW write of one hand-made segment; the source may be anyone's. */
  | {
      readonly call: 'rawSend'
      readonly src: string
      readonly srcPort: number
      readonly dst: string
      readonly dstPort: number
      /** Letters as tcpdump writes them: S, F, R, P, `.` for ACK. */
      readonly flags: string
      readonly seq: number
      readonly ack?: number
      readonly window?: number
    }

/** Bits of poll-events.ts, as a number or as their names: `EPOLLIN|EPOLLET`. */
export type EventMask = number | string

/** Calls on files of any kind: waiting for several, and pipes. Event bits are those of poll-events.ts; timeouts in ms, negative for ever. */
export type FileCall =
  /** Descriptors from FD_SETSIZE on are refused (EINVAL). `nfds` is one more than the highest of them where left out. */
  | {
      readonly call: 'select'
      readonly nfds?: number
      readonly read?: readonly FdRef[]
      readonly write?: readonly FdRef[]
      readonly except?: readonly FdRef[]
      readonly timeoutMs: number
    }
  | {
      readonly call: 'poll'
      readonly fds: readonly { readonly fd: FdRef; readonly events: EventMask }[]
      readonly timeoutMs: number
    }
  | { readonly call: 'epollCreate' }
  | {
      readonly call: 'epollCtl'
      readonly fd: FdRef
      readonly op: 'EPOLL_CTL_ADD' | 'EPOLL_CTL_MOD' | 'EPOLL_CTL_DEL'
      readonly target: FdRef
      readonly events: EventMask
      /** What epoll_wait gives back with the events: epoll_event.data. The descriptor where left out. */
      readonly data?: number
    }
  | { readonly call: 'epollWait'; readonly fd: FdRef; readonly most: number; readonly timeoutMs: number }
  | { readonly call: 'pipe'; readonly nonblock?: boolean }
  /** Moves bytes between a socket and a pipe; `nonblock` is SPLICE_F_NONBLOCK. */
  | {
      readonly call: 'splice'
      readonly fd: FdRef
      readonly to: FdRef
      readonly bytes: number
      readonly nonblock?: boolean
      /** SPLICE_F_MORE. */
      readonly more?: boolean
    }

/** Calls about descriptors, processes and signals. `pid` may be the name under which an earlier fork() of the program was kept. */
export type ProcessCall =
  | { readonly call: 'dup'; readonly fd: FdRef }
  | { readonly call: 'dup2'; readonly fd: FdRef; readonly to: FdRef }
  /** A child with the same descriptors; from a program, with a copy of its thread, in which it returns 0. */
  | { readonly call: 'fork' }
  | { readonly call: 'exit'; readonly status?: number }
  /** -1 for any child; `nohang` is WNOHANG. */
  | { readonly call: 'waitpid'; readonly pid: FdRef; readonly nohang?: boolean }
  | { readonly call: 'kill'; readonly pid: FdRef; readonly signal: SignalName }
  /** sigaction(2); `restart` is SA_RESTART, and means something for a handler. */
  | { readonly call: 'signal'; readonly signal: SignalName; readonly action: SignalAction; readonly restart?: boolean }

export type CallName = Call['call']

/** What a call writes through its pointers. */
export type CallOutput =
  /** poll's revents in the order asked for, or what epoll_wait found: fd, or the data of the interest. */
  | { readonly kind: 'events'; readonly events: readonly { readonly data: number; readonly events: number }[] }
  | { readonly kind: 'descriptors'; readonly fds: readonly number[] }
  /** An entry of the error queue: struct sock_extended_err, and for a stamp its moment. */
  | {
      readonly kind: 'report'
      readonly at: number
      readonly errno: number
      readonly origin: number
      readonly code: number
      readonly info: number
      readonly data: number
      /** The moment is told (SCM_TIMESTAMPING). */
      readonly stamped: boolean
      /** The packet would have come with it, if there had been room. */
      readonly truncated: boolean
    }
  | { readonly kind: 'address'; readonly address: string; readonly port: number }
  /** What select leaves in its sets, and of its timeout: ms, negative for one without end. */
  | {
      readonly kind: 'sets'
      readonly read: readonly number[]
      readonly write: readonly number[]
      readonly except: readonly number[]
      readonly leftMs: number
    }
  /** What waitpid writes: how the child ended, `exited 0` or `killed by SIGPIPE`. */
  | { readonly kind: 'status'; readonly status: string }
  /** A datagram that was read: from whom, how long it is, how much of it was copied, and its beginning. Port 0 and a path, or none, for a Unix socket. */
  | {
      readonly kind: 'datagram'
      readonly address: string
      readonly port: number
      readonly path: string
      readonly length: number
      readonly copied: number
      readonly truncated: boolean
      /** What does not print is a dot. */
      readonly preview: string
    }
