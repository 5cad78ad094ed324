/** A UDP socket as plain data: what Linux keeps in struct udp_sock and the queue of its struct sock. Behaviour is in the files beside this one. */
import type { Micros } from '../../base'
import type { Endpoint } from '../../tcp'
import type { Errno } from '../../trace'

export interface UdpState {
  /** connect() gave it a peer (Linux marks that with TCP_ESTABLISHED). */
  connected: boolean
  /** Datagrams that no recv() took yet, oldest first. */
  queue: QueuedDatagram[]
  /** How many of them, from the first, a read has taken over already: Linux's reader_queue, filled as a whole when it is empty. */
  taken: number
  /** What the queue is charged for, bytes of memory (sk_rmem_alloc); what was read is given back in lots. */
  rmem: number
  /** Memory of datagrams that were read and that is charged still (forward_deficit). */
  deficit: number
  /** SO_RCVBUF and SO_SNDBUF, doubled. */
  rcvbuf: number
  sndbuf: number
  /** Datagrams that the full buffer refused: the last column of /proc/net/udp. */
  drops: number
  /** sk_err: told by the next call, whichever it is. */
  error: Errno | ''
  /** Errors with their packets, for MSG_ERRQUEUE, while IP_RECVERR is on. */
  reports: UdpReport[]
  receiveErrors: boolean
  broadcast: boolean
  noChecksum: boolean
  /** IP_MTU_DISCOVER. */
  pmtuDiscovery: number
  receiveShutdown: boolean
  sendShutdown: boolean
  /** Bytes that MSG_MORE keeps back, and where they will go. */
  corked: { readonly to: Endpoint; readonly pieces: Uint8Array[]; readonly length: number } | undefined
  /** Datagrams and bytes sent, and taken by recv(). */
  totals: { sent: number; sentBytes: number; received: number; receivedBytes: number }
}

export interface QueuedDatagram {
  readonly from: Endpoint
  /** Contents; never changed. */
  readonly payload: Uint8Array
  /** Memory that it is charged with: Linux skb->truesize. */
  readonly truesize: number
  readonly at: Micros
}

/** struct sock_extended_err with the moment at which it came, and the destination of the datagram that it is about. */
export interface UdpReport {
  readonly at: Micros
  readonly errno: number
  readonly origin: number
  readonly type: number
  readonly code: number
  readonly info: number
  readonly to: Endpoint
  /** What the error quoted of the datagram. */
  readonly payload: Uint8Array
}
