/** getsockname(2) and getpeername(2): Linux inet_getname. */
import type { CallOutput } from '../../trace'
import type { Endpoint } from '../../tcp'
import { formatIpv4 } from '../../wire'
import { callState } from '../sockets'
import { failed } from './context'
import type { CallOf, Context, Outcome } from './context'

type NameContext = Context<CallOf<'getsockname'> | CallOf<'getpeername'>>

export function getName(context: NameContext): Outcome {
  const { socket, call } = context
  const peer = call.call === 'getpeername'
  const state = callState(socket)
  // A peer is there to be named once the handshake is over, and no longer than the connection.
  if (peer && (state === 'CLOSED' || state === 'LISTEN' || state === 'SYN-SENT')) return failed('ENOTCONN')
  return named(context, peer ? socket.remote : socket.local)
}

/** The answer: the address stands in the text of the call, as strace has it. */
export function named({ call, fd }: NameContext, { address, port }: Endpoint): Outcome {
  const output: CallOutput = { kind: 'address', address: formatIpv4(address), port }
  return { done: true, value: 0, errno: '', output, text: `${call.call}(${fd}, [${output.address}:${port}])` }
}
