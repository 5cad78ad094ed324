/** setsockopt(2) and getsockopt(2) on a Unix socket: those of socket(7), and no others. Linux sk_setsockopt, sk_getsockopt. */
import { MICROS_PER_MS } from '../../base'
import { ERRNO } from '../../trace'
import type { Errno, SocketOption } from '../../trace'
import { formatAnswer } from '../call-text'
import { failed, returned, takeError } from '../calls/context'
import type { CallOf, Context, Outcome } from '../calls/context'
import type { Socket } from '../records'
import type { UnixState } from './records'

/** SOCK_MIN_SNDBUF and SOCK_MIN_RCVBUF of a 64-bit kernel. */
const MIN_SNDBUF = 4_608
const MIN_RCVBUF = 2_304
const SOCK_STREAM = 1
const SOCK_DGRAM = 2

/** Accepted, and without effect here. */
const FLAGS: ReadonlySet<SocketOption> = new Set([
  'SO_REUSEADDR',
  'SO_REUSEPORT',
  'SO_KEEPALIVE',
  'SO_BROADCAST',
  'SO_NO_CHECK',
  'SO_RCVLOWAT',
])

export function setUnixOption({ host, socket, call }: Context<CallOf<'setsockopt'>>, unix: UnixState): Outcome {
  const { option, value } = call
  const number = Number(value)
  if (typeof value === 'string' || !Number.isInteger(number)) return failed('EINVAL')
  switch (option) {
    case 'SO_RCVTIMEO':
    case 'SO_SNDTIMEO':
      if (number < 0) return failed('EINVAL')
      socket.options[option === 'SO_RCVTIMEO' ? 'receiveTimeoutMicros' : 'sendTimeoutMicros'] = number * MICROS_PER_MS
      break
    case 'SO_SNDBUF':
      unix.sndbuf = Math.max(2 * Math.min(number >>> 0, host.sysctl.wmem_max), MIN_SNDBUF)
      break
    case 'SO_RCVBUF':
      unix.rcvbuf = Math.max(2 * Math.min(number >>> 0, host.sysctl.rmem_max), MIN_RCVBUF)
      break
    case 'SO_LINGER':
      socket.options.linger = Math.max(-1, number)
      break
    default:
      if (!FLAGS.has(option)) return failed(option.startsWith('SO_') ? 'ENOPROTOOPT' : 'EOPNOTSUPP')
  }
  socket.optionsSet[option] = value
  return returned(0)
}

export function getUnixOption({ socket, call, fd }: Context<CallOf<'getsockopt'>>, unix: UnixState): Outcome {
  const value = get(socket, unix, call.option)
  if (value === undefined) return failed(call.option.startsWith('SO_') ? 'ENOPROTOOPT' : 'EOPNOTSUPP')
  const kept = typeof value === 'number' ? value : ERRNO[value][0]
  return { done: true, value: 0, errno: '', kept, text: formatAnswer(call.option, fd, value) }
}

function get(socket: Socket, unix: UnixState, option: SocketOption): number | Errno | undefined {
  const { options, optionsSet } = socket
  switch (option) {
    case 'SO_ERROR':
      return takeError(socket) || 0
    case 'SO_TYPE':
      return unix.type === 'stream' ? SOCK_STREAM : SOCK_DGRAM
    case 'SO_RCVTIMEO':
      return options.receiveTimeoutMicros / MICROS_PER_MS
    case 'SO_SNDTIMEO':
      return options.sendTimeoutMicros / MICROS_PER_MS
    case 'SO_LINGER':
      return options.linger
    case 'SO_RCVBUF':
      return unix.rcvbuf
    case 'SO_SNDBUF':
      return unix.sndbuf
    default:
      if (!FLAGS.has(option)) return undefined
      return typeof optionsSet[option] === 'number' ? optionsSet[option] : Number(option === 'SO_RCVLOWAT')
  }
}
