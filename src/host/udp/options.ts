/** setsockopt(2) and getsockopt(2) on a UDP socket: udp(7), ip(7), socket(7). Linux udp_setsockopt, ip_setsockopt, sk_setsockopt. */
import { MICROS_PER_MS } from '../../base'
import { ERRNO } from '../../trace'
import type { Errno, OptionValue, SocketOption } from '../../trace'
import { formatAnswer } from '../call-text'
import { failed, returned, takeError } from '../calls/context'
import type { CallOf, Context, Outcome } from '../calls/context'
import type { Host, Socket } from '../records'
import type { UdpState } from './records'
import { pathMtu } from './way'

/** SOCK_MIN_SNDBUF and SOCK_MIN_RCVBUF of a 64-bit kernel. */
const MIN_SNDBUF = 4_608
const MIN_RCVBUF = 2_304
/** IP_PMTUDISC_OMIT, the last of them. */
const PMTUDISC_OMIT = 5

export function setUdpOption({ host, socket, call }: Context<CallOf<'setsockopt'>>, udp: UdpState): Outcome {
  const { option, value } = call
  const number = Number(value)
  if (typeof value === 'string' || !Number.isInteger(number)) return failed('EINVAL')
  const errno = set(host, socket, udp, option, number)
  if (errno !== '') return failed(errno)
  socket.optionsSet[option] = value
  return returned(0)
}

function set(host: Host, { options }: Socket, udp: UdpState, option: SocketOption, value: number): Errno | '' {
  switch (option) {
    case 'SO_REUSEADDR':
      options.reuseAddress = value !== 0
      return ''
    case 'SO_REUSEPORT':
      options.reusePort = value !== 0
      return ''
    case 'SO_RCVTIMEO':
      if (value < 0) return 'EINVAL'
      options.receiveTimeoutMicros = value * MICROS_PER_MS
      return ''
    case 'SO_SNDTIMEO':
      if (value < 0) return 'EINVAL'
      options.sendTimeoutMicros = value * MICROS_PER_MS
      return ''
    case 'SO_RCVBUF':
      udp.rcvbuf = Math.max(2 * Math.min(value >>> 0, host.sysctl.rmem_max), MIN_RCVBUF)
      return ''
    case 'SO_SNDBUF':
      udp.sndbuf = Math.max(2 * Math.min(value >>> 0, host.sysctl.wmem_max), MIN_SNDBUF)
      return ''
    case 'SO_BROADCAST':
      udp.broadcast = value !== 0
      return ''
    case 'SO_NO_CHECK':
      udp.noChecksum = value !== 0
      return ''
    case 'SO_LINGER':
      // Accepted, and without meaning: there is nothing to linger for.
      options.linger = Math.max(-1, value)
      return ''
    case 'SO_KEEPALIVE':
    case 'SO_RCVLOWAT':
    case 'SO_MAX_PACING_RATE':
      return ''
    case 'IP_TOS':
      // Unlike on a stream, all eight bits are the user's.
      options.tos = value & 0xff
      return ''
    case 'IP_RECVERR':
      udp.receiveErrors = value !== 0
      if (value === 0) udp.reports = []
      return ''
    case 'IP_MTU_DISCOVER':
      if (value < 0 || value > PMTUDISC_OMIT) return 'EINVAL'
      udp.pmtuDiscovery = value
      return ''
    default:
      return 'ENOPROTOOPT'
  }
}

export function getUdpOption(context: Context<CallOf<'getsockopt'>>, udp: UdpState): Outcome {
  const { host, socket, call, fd, io } = context
  if (call.option === 'IP_MTU' && !udp.connected) return failed('ENOTCONN')
  const value =
    call.option === 'IP_MTU' ? pathMtu(host, socket.remote.address, io.now) : get(host, socket, udp, call.option)
  // SOL_TCP means nothing to UDP, and getsockopt says so in another word than setsockopt.
  if (value === undefined) return failed('EOPNOTSUPP')
  const kept = typeof value === 'number' ? value : ERRNO[value][0]
  return { done: true, value: 0, errno: '', kept, text: formatAnswer(call.option, fd, value) }
}

function get(
  _host: Host,
  socket: Socket,
  udp: UdpState,
  option: SocketOption,
): Exclude<OptionValue, string> | Errno | undefined {
  const { options } = socket
  switch (option) {
    case 'SO_ERROR':
      return takeError(socket) || 0
    case 'SO_TYPE':
      return SOCK_DGRAM
    case 'SO_REUSEADDR':
      return Number(options.reuseAddress)
    case 'SO_REUSEPORT':
      return Number(options.reusePort)
    case 'SO_RCVTIMEO':
      return options.receiveTimeoutMicros / MICROS_PER_MS
    case 'SO_SNDTIMEO':
      return options.sendTimeoutMicros / MICROS_PER_MS
    case 'SO_LINGER':
      return options.linger
    case 'SO_RCVBUF':
      return udp.rcvbuf
    case 'SO_SNDBUF':
      return udp.sndbuf
    case 'SO_BROADCAST':
      return Number(udp.broadcast)
    case 'SO_NO_CHECK':
      return Number(udp.noChecksum)
    case 'SO_KEEPALIVE':
    case 'SO_RCVLOWAT': {
      const given = socket.optionsSet[option]
      return typeof given === 'number' ? given : Number(option === 'SO_RCVLOWAT')
    }
    case 'IP_TOS':
      return options.tos
    case 'IP_RECVERR':
      return Number(udp.receiveErrors)
    case 'IP_MTU_DISCOVER':
      return udp.pmtuDiscovery
    default:
      return undefined
  }
}

const SOCK_DGRAM = 2
