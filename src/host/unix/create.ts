/** A new Unix socket: Linux unix_create1. */
import type { SocketType, Sysctl } from '../../trace'
import type { Host, Socket } from '../records'
import type { UnixState } from './records'

export function newUnix(type: SocketType, { wmem_default, rmem_default, max_dgram_qlen }: Sysctl): UnixState {
  return {
    type: type === 'SOCK_DGRAM' ? 'dgram' : 'stream',
    state: 'closed',
    path: '',
    peer: -1,
    peerPath: '',
    waitsFor: -1,
    queue: [],
    wmem: 0,
    rcvbuf: rmem_default,
    sndbuf: wmem_default,
    backlog: max_dgram_qlen,
    pending: [],
    error: '',
    receiveShutdown: false,
    sendShutdown: false,
  }
}

/** The other end of a Unix socket. */
export function peerOf(host: Host, { peer }: UnixState): Socket | undefined {
  return peer === -1 ? undefined : host.sockets.get(peer)
}
