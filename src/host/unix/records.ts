/** A Unix socket as plain data: what Linux keeps in struct unix_sock. Behaviour is in the files beside this one. */
import type { Micros } from '../../base'
import type { Errno } from '../../trace'

export interface UnixState {
  readonly type: 'stream' | 'dgram'
  /** Linux's sk_state of it. */
  state: 'closed' | 'listening' | 'connected'
  /** Path it is bound to, or an abstract name with a leading `@`; '' for none. */
  path: string
  /** The socket at the other end, or -1; a datagram socket has one after connect(). */
  peer: number
  /** Path of the socket at the other end, which getpeername() tells when that is gone too. */
  peerPath: string
  /** The socket at whose queue a blocked connect() or sendto() waits for room; -1 for none. */
  waitsFor: number
  /** What came and no recv() took yet, oldest first. */
  queue: UnixMessage[]
  /** Memory that its messages take in queues of others (sk_wmem_alloc). */
  wmem: number
  rcvbuf: number
  sndbuf: number
  /** The most that its queue may hold before others wait (sk_max_ack_backlog): of a listener connections, of a datagram socket messages. */
  backlog: number
  /** Connections that no accept() took yet, oldest first. */
  pending: number[]
  error: Errno | ''
  receiveShutdown: boolean
  sendShutdown: boolean
}

export interface UnixMessage {
  /** Socket that sent it. */
  readonly from: number
  /** The name that the sender was bound to; '' for none. */
  readonly path: string
  /** Contents; of a stream, what was not read of them. */
  payload: Uint8Array
  /** Memory charged to the sender until it is read. */
  readonly truesize: number
  readonly at: Micros
}
