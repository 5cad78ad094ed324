/** getsockname(2) and getpeername(2): Linux inet_getname. */
import type { CallOutput } from '../../trace'
import { formatIpv4 } from '../../wire'
import { callState } from '../sockets'
import { failed } from './context'
import type { CallOf, Context, Outcome } from './context'

export function getName({ socket, call }: Context<CallOf<'getsockname' | 'getpeername'>>): Outcome {
  const peer = call.call === 'getpeername'
  const state = callState(socket)
  // A peer is there to be named once the handshake is over, and no longer than the connection.
  if (peer && (state === 'CLOSED' || state === 'LISTEN' || state === 'SYN-SENT')) return failed('ENOTCONN')
  const { address, port } = peer ? socket.remote : socket.local
  const output: CallOutput = { kind: 'address', address: formatIpv4(address), port }
  return { done: true, value: 0, errno: '', output }
}
