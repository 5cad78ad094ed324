/** accept(2) and accept4(2): Linux inet_csk_accept. */
import { freeDescriptor, openDescriptor } from '../descriptors'
import { failed, returned, wait } from './context'
import type { CallOf, Context, Outcome } from './context'

export function accept(context: Context<CallOf<'accept'>>): Outcome {
  const { host, socket, call, process, io } = context
  const { listener } = socket
  if (listener === undefined) return failed('EINVAL')
  const fd = freeDescriptor(process)
  if (fd === -1) return failed('EMFILE')
  for (const id of listener.acceptQueue.keys()) {
    listener.acceptQueue.delete(id)
    const child = host.sockets.get(id)
    if (child === undefined) continue
    child.queue = 'none'
    io.recorder.emit('host/accepted', 'accept', id, listener.acceptQueue.size, fd)
    openDescriptor(host, process, fd, child, call.nonblock === true, io)
    return returned(fd)
  }
  return wait(context, { reason: 'accept queue empty', timeoutMicros: socket.options.receiveTimeoutMicros })
}
