/** A system call on a Unix socket: hands over to what does it (unix_stream_ops, unix_dgram_ops). */
import { close } from '../calls/close'
import { failed } from '../calls/context'
import type { Context, Outcome } from '../calls/context'
import { shutdownUnix } from './close'
import { acceptUnix, bindUnix, connectUnix, listenUnix } from './connect'
import { getUnixOption, setUnixOption } from './options'
import type { UnixState } from './records'
import { recvUnix, sendUnix } from './transfer'

export function unixCall(context: Context, unix: UnixState): Outcome {
  const { call } = context
  switch (call.call) {
    case 'bind':
      return bindUnix({ ...context, call }, unix)
    case 'listen':
      return listenUnix({ ...context, call }, unix)
    case 'connect':
      return connectUnix({ ...context, call }, unix)
    case 'accept':
      return acceptUnix({ ...context, call }, unix)
    case 'send':
    case 'sendto':
      return sendUnix({ ...context, call }, unix)
    case 'recv':
    case 'recvfrom':
      return recvUnix({ ...context, call }, unix)
    case 'shutdown':
      return shutdownUnix({ ...context, call }, unix)
    case 'close':
      return close({ ...context, call })
    case 'setsockopt':
      return setUnixOption({ ...context, call }, unix)
    case 'getsockopt':
      return getUnixOption({ ...context, call }, unix)
    case 'getsockname':
    case 'getpeername': {
      const peer = call.call === 'getpeername'
      if (peer && unix.peer === -1) return failed('ENOTCONN')
      const path = peer ? unix.peerPath : unix.path
      return { done: true, value: 0, errno: '', output: { kind: 'address', address: path, port: 0 } }
    }
    default:
      return failed('EINVAL')
  }
}
