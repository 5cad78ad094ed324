/** Rules of datagrams and of Unix sockets, which fire in src/host/udp and src/host/unix. */
import type { Rule } from './rule'

export const UDP_RULES = {
  sendDatagram: { rfc: 'RFC 768', linux: 'udp_sendmsg > udp_send_skb' },
  datagramArrived: { rfc: 'RFC 768', linux: 'udp_rcv > udp_unicast_rcv_skb' },
  /** No socket has the port: the sender is told so. */
  noSuchUdpPort: { rfc: 'RFC 1122 4.1.3.1', linux: '__udp4_lib_rcv > icmp_send (ICMP_PORT_UNREACH)' },
  udpChecksum: { rfc: 'RFC 768, RFC 1122 4.1.3.4', linux: '__udp4_lib_rcv > udp_lib_checksum_complete' },
  /** The receive buffer is full: nobody is told. */
  udpBufferFull: { rfc: 'udp(7), socket(7) SO_RCVBUF', linux: '__udp_enqueue_schedule_skb (RcvbufErrors)' },
  datagramTruncated: { rfc: 'recv(2) MSG_TRUNC', linux: 'udp_recvmsg (MSG_TRUNC)' },
  /** The peer of a connected socket cannot be reached: the next call says so. */
  udpError: { rfc: 'RFC 1122 4.1.3.3, udp(7)', linux: '__udp4_lib_err > sk_error_report' },
  /** An unconnected socket is not told, unless it asked for it by IP_RECVERR. */
  udpErrorUnheard: { rfc: 'udp(7) IP_RECVERR', linux: '__udp4_lib_err (sk_state != TCP_ESTABLISHED)' },
  portUnreachable: { rfc: 'RFC 792, RFC 1122 3.2.2.1', linux: 'icmp_send (ICMP_PORT_UNREACH)' },
  /** A datagram or Unix socket that nothing refers to any more. */
  otherSocketFreed: { rfc: 'close(2)', linux: 'sk_common_release, unix_release_sock' },
  unixBind: { rfc: 'unix(7)', linux: 'unix_bind_bsd' },
  unixUnlink: { rfc: 'unlink(2)', linux: 'vfs_unlink' },
  unixConnect: { rfc: 'unix(7)', linux: 'unix_stream_connect' },
  unixAccept: { rfc: 'unix(7)', linux: 'unix_accept' },
  unixSend: { rfc: 'unix(7)', linux: 'unix_stream_sendmsg, unix_dgram_sendmsg' },
  unixClosed: { rfc: 'unix(7)', linux: 'unix_release_sock' },
  unixPair: { rfc: 'socketpair(2)', linux: '__sys_socketpair > unix_socketpair' },
  unixShutdown: { rfc: 'shutdown(2)', linux: 'unix_shutdown' },
} as const satisfies Readonly<Record<string, Rule>>
