/**
 * setsockopt(2), getsockopt(2) and fcntl(2): socket(7) and tcp(7) as Linux's sk_setsockopt and do_tcp_setsockopt have them,
 * with their doubling, clamping and errors. Values are the ones of trace/calls.ts: linger in seconds with -1 for off, timeouts in milliseconds.
 *
 * Left out: TCP_ULP, TCP_REPAIR, TCP_FASTOPEN, TCP_MD5SIG and the other options that ask for what is not here (ENOPROTOOPT).
 */
import { MICROS_PER_MS, MICROS_PER_SECOND } from '../../base'
import { clampWindow, configChanged, CONGESTION_ALGORITHMS, setQuickAck, STAMPING, startStamping } from '../../tcp'
import type { Push } from '../../tcp'
import type { TcpConfig } from '../../tcp'
import type { Errno, OptionValue, SocketOption } from '../../trace'
import { ERRNO } from '../../trace'
import { formatAnswer } from '../call-text'
import type { HostIo } from '../io'
import type { Host, Socket } from '../records'
import { callState, settle } from '../sockets'
import { tcpIo } from '../tcp-io'
import { failed, returned, takeError } from './context'
import type { CallOf, Context, FileContext, Outcome } from './context'

const SOCK_STREAM = 1
/** SOCK_MIN_SNDBUF and SOCK_MIN_RCVBUF of a 64-bit kernel. */
const MIN_SNDBUF = 4_608
/** ~0U of SO_MAX_PACING_RATE: no limit. */
const NO_PACING = 0xffff_ffff
const MIN_RCVBUF = 2_304
/** MAX_TCP_KEEPIDLE, MAX_TCP_KEEPINTVL in seconds, MAX_TCP_KEEPCNT and MAX_TCP_SYNCNT. */
const MAX_KEEP_SECONDS = 32_767
const MAX_TRIES = 127
/** TCP_FIN_TIMEOUT_MAX, s. */
const MAX_FIN_SECONDS = 120
const MIN_MSS = 88
/** INET_ECN_MASK. */
const ECN_MASK = 3
const MAX_WINDOW = 32_767
/** Seconds until the first SYN,ACK is sent again, and how many of them TCP_DEFER_ACCEPT counts at most. */
const SYNACK_SECONDS = 1
const MAX_DEFERRED = 255
/** TCP_RTO_MIN and TCP_DELACK_MAX, µs. */
const LONGEST_MIN = 200_000
/** IP_PMTUDISC_OMIT, the last of them. */
const PMTUDISC_OMIT = 5
/** TCP_RTO_MAX_MS: from a second to TCP_RTO_MAX_SEC. */
const MIN_RTO_MAX_MS = 1_000
const MAX_RTO_MAX_MS = 120_000

export function setsockopt({ host, socket, call, io }: Context<CallOf<'setsockopt'>>): Outcome {
  const { option, value } = call
  const errno = set(host, socket, option, value, io)
  if (errno !== '') return failed(errno)
  socket.optionsSet[option] = value
  if (socket.tcb !== undefined && socket.listener === undefined) {
    configChanged(socket.tcb, tcpIo(host, io), pushes(socket.tcb.config, option))
    settle(host, socket, io)
  }
  return returned(0)
}

/** Setting TCP_NODELAY, and taking TCP_CORK off, sends what waits; with TCP_NODELAY on, short segments too (__tcp_sock_set_cork). */
function pushes({ nodelay, cork }: TcpConfig, option: SocketOption): Push {
  const uncorked = option === 'TCP_CORK' && !cork
  if (nodelay && (uncorked || option === 'TCP_NODELAY')) return 'all'
  return uncorked ? 'full' : 'nothing'
}

export function getsockopt({ host, socket, call, fd }: Context<CallOf<'getsockopt'>>): Outcome {
  // There is a path only where there is a peer.
  if (call.option === 'IP_MTU' && socket.tcb === undefined) return failed('ENOTCONN')
  const value = get(host, socket, call.option)
  if (value === undefined) return failed('ENOPROTOOPT')
  const kept = typeof value === 'number' ? value : errnoNumber(value)
  return { done: true, value: 0, errno: '', kept, text: formatAnswer(call.option, fd, value) }
}

export function fcntl({ file, call }: FileContext<CallOf<'fcntl'>>): Outcome {
  file.nonblock = call.nonblock
  return returned(0)
}

function errnoNumber(value: string): number {
  return Object.hasOwn(ERRNO, value) ? ERRNO[value as Errno][0] : 0
}

/** Changes an option of the socket and of its TCB, if it has one. */
function set(host: Host, socket: Socket, option: SocketOption, value: OptionValue, io: HostIo): Errno | '' {
  if (option === 'TCP_CONGESTION') return setCongestion(socket, value)
  const number = Number(value)
  if (typeof value === 'string' || !Number.isInteger(number)) return 'EINVAL'
  const { options } = socket
  switch (option) {
    case 'SO_REUSEADDR':
      options.reuseAddress = number !== 0
      return ''
    case 'SO_REUSEPORT':
      options.reusePort = number !== 0
      return ''
    case 'SO_BROADCAST':
    case 'SO_NO_CHECK':
      // Flags of every socket, which a stream has no use for.
      return ''
    case 'SO_LINGER':
      options.linger = Math.max(-1, number)
      return ''
    case 'SO_RCVTIMEO':
      if (number < 0) return 'EINVAL'
      options.receiveTimeoutMicros = number * MICROS_PER_MS
      return ''
    case 'SO_SNDTIMEO':
      if (number < 0) return 'EINVAL'
      options.sendTimeoutMicros = number * MICROS_PER_MS
      return ''
    case 'IP_TOS':
      // A stream's ECN bits are not the user's (__ip_sock_set_tos).
      options.tos = number & 0xff & ~ECN_MASK
      return ''
    case 'SO_ZEROCOPY':
      if (number !== 0 && number !== 1) return 'EINVAL'
      options.zeroCopy = number === 1
      return ''
    case 'SO_PEEK_OFF':
      options.peekOffset = number
      return ''
    case 'SO_TIMESTAMPING':
      return setStamping(socket, number)
    case 'SO_RCVLOWAT':
      setReceiveLowat(host, socket, number)
      return ''
    case 'TCP_QUICKACK':
      socket.config.pingpong = number === 0 ? 1 : 0
      if (socket.tcb !== undefined) setQuickAck(socket.tcb, number, tcpIo(host, io))
      return ''
    case 'TCP_WINDOW_CLAMP':
      return setWindowClamp(socket, number)
    case 'TCP_THIN_DUPACK':
      // Kept from the days when it did something (do_tcp_setsockopt).
      return number === 0 || number === 1 ? '' : 'EINVAL'
    default: {
      const change = tcpChange(host, socket, option, number)
      if (typeof change === 'string') return change
      Object.assign(socket.config, change)
      if (socket.tcb !== undefined) Object.assign(socket.tcb.config, change)
      return ''
    }
  }
}

/** What an option changes of a connection's configuration, or why it may not. */
function tcpChange(host: Host, socket: Socket, option: SocketOption, value: number): Partial<TcpConfig> | Errno {
  const { sysctl } = host
  switch (option) {
    case 'SO_KEEPALIVE':
      return { keepalive: value !== 0 }
    case 'SO_SNDBUF':
      return { sndbuf: Math.max(2 * bounded(value, sysctl.wmem_max), MIN_SNDBUF), sndbufLocked: true }
    case 'SO_RCVBUF':
      return { rcvbuf: Math.max(2 * bounded(value, sysctl.rmem_max), MIN_RCVBUF), rcvbufLocked: true }
    case 'TCP_NODELAY':
      return { nodelay: value !== 0 }
    case 'TCP_CORK':
      return { cork: value !== 0 }
    case 'SO_MAX_PACING_RATE':
      return { maxPacingRate: value >>> 0 === NO_PACING ? Number.POSITIVE_INFINITY : value }
    case 'TCP_MAXSEG':
      return value === 0 || (value >= MIN_MSS && value <= MAX_WINDOW) ? { maxSegment: value } : 'EINVAL'
    case 'TCP_KEEPIDLE':
      return within(value, MAX_KEEP_SECONDS) ? { keepIdleMicros: value * MICROS_PER_SECOND } : 'EINVAL'
    case 'TCP_KEEPINTVL':
      return within(value, MAX_KEEP_SECONDS) ? { keepIntervalMicros: value * MICROS_PER_SECOND } : 'EINVAL'
    case 'TCP_KEEPCNT':
      return within(value, MAX_TRIES) ? { keepProbes: value } : 'EINVAL'
    case 'TCP_SYNCNT':
      return within(value, MAX_TRIES) ? { synRetries: value } : 'EINVAL'
    case 'TCP_USER_TIMEOUT':
      return value < 0 ? 'EINVAL' : { userTimeoutMicros: value * MICROS_PER_MS }
    case 'IP_MTU_DISCOVER':
      return value >= 0 && value <= PMTUDISC_OMIT ? { pmtuDiscovery: value } : 'EINVAL'
    case 'IP_RECVERR':
      return { receiveErrors: value !== 0 }
    case 'SO_OOBINLINE':
      return { urgentInline: value !== 0 }
    case 'TCP_DEFER_ACCEPT':
      return { deferAccept: retransmissionsIn(value, socket.config.rtoMaxMicros) }
    case 'TCP_NOTSENT_LOWAT':
      // The kernel keeps an unsigned number.
      return { notsentLowat: value >>> 0 }
    case 'TCP_THIN_LINEAR_TIMEOUTS':
      return value === 0 || value === 1 ? { thinLinear: value === 1 } : 'EINVAL'
    case 'TCP_RTO_MIN_US':
      return inTicks(value) ? { rtoMinMicros: value } : 'EINVAL'
    case 'TCP_DELACK_MAX_US':
      return inTicks(value) ? { delackMaxMicros: value } : 'EINVAL'
    case 'TCP_RTO_MAX_MS':
      return value >= MIN_RTO_MAX_MS && value <= MAX_RTO_MAX_MS ? { rtoMaxMicros: value * MICROS_PER_MS } : 'EINVAL'
    case 'TCP_LINGER2':
      return { finTimeoutMicros: finTimeout(value, sysctl.tcp_fin_timeout) * MICROS_PER_SECOND }
    default:
      return 'ENOPROTOOPT'
  }
}

/** TCP_TIMEOUT_MIN to TCP_RTO_MIN and TCP_DELACK_MAX: at least two ticks, at most 200 ms. */
function inTicks(micros: number): boolean {
  return micros > MICROS_PER_MS && micros <= LONGEST_MIN
}

/** The kernel compares as unsigned numbers, so a negative size is a huge one. */
function bounded(value: number, most: number): number {
  return Math.min(value >>> 0, most)
}

function within(value: number, most: number): boolean {
  return value >= 1 && value <= most
}

/** Seconds in FIN-WAIT-2: 0 takes the sysctl, a negative one ends the connection at once. */
function finTimeout(value: number, sysctlSeconds: number): number {
  if (value === 0) return sysctlSeconds
  return value < 0 ? -1 : Math.min(value, MAX_FIN_SECONDS)
}

/** sock_set_timestamping: keys of bytes need a connection to count them on. */
function setStamping(socket: Socket, flags: number): Errno | '' {
  const before = (socket.tcb?.config ?? socket.config).stamping
  const state = callState(socket)
  if ((flags & STAMPING.OPT_ID_TCP) !== 0 && (flags & STAMPING.OPT_ID) === 0) return 'EINVAL'
  const starts = (flags & STAMPING.OPT_ID) !== 0 && (before & STAMPING.OPT_ID) === 0
  if (starts && (state === 'CLOSED' || state === 'LISTEN')) return 'EINVAL'
  socket.config.stamping = flags
  if (socket.tcb === undefined) return ''
  socket.tcb.config.stamping = flags
  startStamping(socket.tcb, before)
  return ''
}

/** tcp_set_rcvlowat: at most half of what the buffer may become; an untouched buffer grows to hold so much. 0 means 1. */
function setReceiveLowat({ sysctl }: Host, socket: Socket, value: number): void {
  for (const config of socket.tcb === undefined ? [socket.config] : [socket.config, socket.tcb.config]) {
    const most = (config.rcvbufLocked ? config.rcvbuf : sysctl.tcp_rmem[2]) >> 1
    const bytes = Math.min(value < 0 ? most : value, most)
    config.receiveLowat = Math.max(1, bytes)
    if (!config.rcvbufLocked) config.rcvbuf = Math.max(config.rcvbuf, 2 * bytes)
  }
}

function setWindowClamp(socket: Socket, value: number): Errno | '' {
  if (value === 0 && callState(socket) !== 'CLOSED') return 'EINVAL'
  const windowClamp = value === 0 ? 0 : Math.max(value, MIN_RCVBUF / 2)
  socket.config.windowClamp = windowClamp
  if (socket.tcb === undefined) return ''
  socket.tcb.config.windowClamp = windowClamp
  clampWindow(socket.tcb, windowClamp)
  return ''
}

/** TCP_DEFER_ACCEPT: the SYN,ACKs that would be sent in so many seconds (secs_to_retrans). */
function retransmissionsIn(seconds: number, mostMicros: number): number {
  if (seconds <= 0) return 0
  const most = Math.floor(mostMicros / MICROS_PER_SECOND)
  let count = 1
  let interval = SYNACK_SECONDS
  for (let period = interval; seconds > period && count < MAX_DEFERRED; period += interval) {
    count++
    interval = Math.min(2 * interval, most)
  }
  return count
}

/** And back: how long that takes, in seconds (retrans_to_secs). */
function secondsOf(retransmissions: number, mostMicros: number): number {
  const most = Math.floor(mostMicros / MICROS_PER_SECOND)
  let period = 0
  let interval = SYNACK_SECONDS
  for (let left = retransmissions; left > 0; left--) {
    period += interval
    interval = Math.min(2 * interval, most)
  }
  return period
}

function setCongestion(socket: Socket, value: OptionValue): Errno | '' {
  if (typeof value !== 'string' || !CONGESTION_ALGORITHMS.includes(value)) return 'ENOENT'
  socket.config.congestion = value
  if (socket.tcb !== undefined) socket.tcb.config.congestion = value
  return ''
}

/** TCP_PINGPONG_THRESH: from here on a connection is interactive and delays its ACKs. */
const INTERACTIVE = 1

/** An option's value; undefined where there is no such option to get. */
function get(host: Host, socket: Socket, option: SocketOption): OptionValue | undefined {
  const { options, tcb } = socket
  const config = tcb?.config ?? socket.config
  switch (option) {
    case 'SO_ERROR': {
      const errno = takeError(socket)
      return errno === '' ? 0 : errno
    }
    case 'SO_REUSEADDR':
      return Number(options.reuseAddress)
    case 'SO_REUSEPORT':
      return Number(options.reusePort)
    case 'SO_TYPE':
      return SOCK_STREAM
    case 'SO_BROADCAST':
    case 'SO_NO_CHECK':
      return Number((socket.optionsSet[option] ?? 0) !== 0)
    case 'SO_LINGER':
      return options.linger
    case 'SO_RCVTIMEO':
      return options.receiveTimeoutMicros / MICROS_PER_MS
    case 'SO_SNDTIMEO':
      return options.sendTimeoutMicros / MICROS_PER_MS
    case 'IP_TOS':
      return options.tos
    case 'SO_ZEROCOPY':
      return Number(options.zeroCopy)
    case 'SO_PEEK_OFF':
      return options.peekOffset
    case 'SO_TIMESTAMPING':
      return config.stamping
    case 'SO_RCVLOWAT':
      return config.receiveLowat
    case 'IP_MTU':
      return tcb?.path.mtu
    case 'TCP_WINDOW_CLAMP':
      return tcb?.receive.windowClamp ?? config.windowClamp
    case 'TCP_RTO_MIN_US':
      return config.rtoMinMicros === 0 ? host.sysctl.tcp_rto_min_us : config.rtoMinMicros
    case 'TCP_QUICKACK':
      return Number((tcb?.ack.pingpong ?? config.pingpong) < INTERACTIVE)
    case 'TCP_MAXSEG':
      return maxSegment(socket)
    case 'TCP_SYNCNT':
      return config.synRetries === 0 ? host.sysctl.tcp_syn_retries : config.synRetries
    default:
      return fromConfig(config, option)
  }
}

function fromConfig(config: TcpConfig, option: SocketOption): OptionValue | undefined {
  switch (option) {
    case 'SO_KEEPALIVE':
      return Number(config.keepalive)
    case 'SO_SNDBUF':
      return config.sndbuf
    case 'SO_RCVBUF':
      return config.rcvbuf
    case 'TCP_NODELAY':
      return Number(config.nodelay)
    case 'TCP_CORK':
      return Number(config.cork)
    case 'TCP_CONGESTION':
      return config.congestion
    case 'TCP_KEEPIDLE':
      return config.keepIdleMicros / MICROS_PER_SECOND
    case 'TCP_KEEPINTVL':
      return config.keepIntervalMicros / MICROS_PER_SECOND
    case 'TCP_KEEPCNT':
      return config.keepProbes
    case 'TCP_USER_TIMEOUT':
      return config.userTimeoutMicros / MICROS_PER_MS
    case 'SO_MAX_PACING_RATE':
      return Number.isFinite(config.maxPacingRate) ? config.maxPacingRate : NO_PACING
    case 'IP_MTU_DISCOVER':
      return config.pmtuDiscovery
    case 'IP_RECVERR':
      return Number(config.receiveErrors)
    case 'SO_OOBINLINE':
      return Number(config.urgentInline)
    case 'TCP_DEFER_ACCEPT':
      return secondsOf(config.deferAccept, config.rtoMaxMicros)
    case 'TCP_NOTSENT_LOWAT':
      return config.notsentLowat | 0
    case 'TCP_THIN_LINEAR_TIMEOUTS':
      return Number(config.thinLinear)
    case 'TCP_THIN_DUPACK':
      return 0
    case 'TCP_DELACK_MAX_US':
      return config.delackMaxMicros
    case 'TCP_RTO_MAX_MS':
      return config.rtoMaxMicros / MICROS_PER_MS
    case 'TCP_LINGER2':
      return config.finTimeoutMicros / MICROS_PER_SECOND
    default:
      return undefined
  }
}

/** mss_cache, but what TCP_MAXSEG asked for while there is no connection (536 before that). */
function maxSegment(socket: Socket): number {
  const state = callState(socket)
  if (socket.tcb !== undefined && state !== 'CLOSED' && state !== 'LISTEN') return socket.tcb.mssNow
  return socket.config.maxSegment > 0 ? socket.config.maxSegment : 536
}
