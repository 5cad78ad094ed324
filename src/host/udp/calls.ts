/** A system call on a UDP socket: hands over to what does it, and says no to what datagrams have no use for (inet_dgram_ops). */
import { close } from '../calls/close'
import { failed } from '../calls/context'
import type { Context, Outcome } from '../calls/context'
import { named } from '../calls/names'
import { bindUdp, connectUdp, shutdownUdp } from './connect'
import { getUdpOption, setUdpOption } from './options'
import type { UdpState } from './records'
import { recvUdp } from './recv'
import { sendUdp } from './send'

export function udpCall(context: Context, udp: UdpState): Outcome {
  const { call, socket } = context
  switch (call.call) {
    case 'bind':
      return bindUdp({ ...context, call })
    case 'connect':
      return connectUdp({ ...context, call }, udp)
    case 'send':
    case 'sendto':
      return sendUdp({ ...context, call }, udp)
    case 'recv':
    case 'recvfrom':
      return recvUdp({ ...context, call }, udp)
    case 'shutdown':
      return shutdownUdp({ ...context, call }, udp)
    case 'close':
      return close({ ...context, call })
    case 'setsockopt':
      return setUdpOption({ ...context, call }, udp)
    case 'getsockopt':
      return getUdpOption({ ...context, call }, udp)
    case 'getsockname':
    case 'getpeername': {
      const peer = call.call === 'getpeername'
      if (peer && !udp.connected) return failed('ENOTCONN')
      return named({ ...context, call }, peer ? socket.remote : socket.local)
    }
    case 'listen':
    case 'accept':
      return failed('EOPNOTSUPP')
    default:
      return failed('EINVAL')
  }
}
