/** Rules that fire in src/host: name, the clause or manual page that says so, the Linux functions that do it. */
import type { Rule } from './rule'

export const HOST_RULES = {
  systemCall: { rfc: 'RFC 9293 3.10', linux: '__x64_sys_*' },
  /** A call that can go no further now puts its thread to sleep. */
  callBlocks: { rfc: 'RFC 9293 3.9.1', linux: 'sk_wait_event > schedule_timeout' },
  brokenPipe: { rfc: 'send(2)', linux: 'sk_stream_error > send_sig(SIGPIPE)' },
  programEnds: { rfc: 'none', linux: 'do_exit' },
  descriptor: { rfc: 'socket(2)', linux: 'sock_map_fd > fd_install' },
  descriptorClosed: { rfc: 'close(2)', linux: 'filp_close > sock_close' },
  socketFreed: { rfc: 'RFC 9293 3.3.1', linux: 'inet_csk_destroy_sock' },
  /** `tcp_max_tw_buckets` are taken: the connection is forgotten at once. */
  timeWaitOverflow: { rfc: 'none', linux: 'tcp_time_wait > inet_twsk_alloc' },
  passiveOpen: { rfc: 'RFC 9293 3.10.1', linux: 'inet_listen > inet_csk_listen_start' },
  listenerCloses: { rfc: 'RFC 9293 3.10.4', linux: 'tcp_close > inet_csk_listen_stop' },
  /** A new connection goes into the SYN queue. */
  synQueue: { rfc: 'RFC 9293 3.10.7.2', linux: 'tcp_conn_request > inet_csk_reqsk_queue_hash_add' },
  synQueueFull: { rfc: 'listen(2)', linux: 'tcp_conn_request > inet_csk_reqsk_queue_is_full' },
  /** The last quarter of tcp_max_syn_backlog is kept for proven peers while SYN cookies are off. */
  synBacklogReserve: { rfc: 'listen(2)', linux: 'tcp_conn_request > tcp_peer_is_proven' },
  synQueueLeft: { rfc: 'RFC 9293 3.10.7.4', linux: 'inet_csk_reqsk_queue_drop' },
  synCookieSent: { rfc: 'RFC 4987 3.6', linux: 'tcp_conn_request > cookie_v4_init_sequence' },
  synCookieChecked: { rfc: 'RFC 4987 3.6', linux: 'tcp_v4_cookie_check > cookie_v4_check' },
  acceptQueue: { rfc: 'RFC 9293 3.10.7.4', linux: 'tcp_check_req > inet_csk_complete_hashdance' },
  acceptQueueFull: { rfc: 'listen(2)', linux: 'tcp_v4_syn_recv_sock > sk_acceptq_is_full' },
  accept: { rfc: 'accept(2)', linux: 'inet_csk_accept > reqsk_queue_remove' },
  timeWaitReused: { rfc: 'RFC 6191 2', linux: '__inet_check_established > tcp_twsk_unique' },
  /** No connection and no listener: the reply is a reset. */
  noSuchPort: { rfc: 'RFC 9293 3.10.7.1', linux: 'tcp_v4_rcv > tcp_v4_send_reset' },
  segmentInListen: { rfc: 'RFC 9293 3.10.7.2', linux: 'tcp_rcv_state_process' },
  badChecksum: { rfc: 'RFC 9293 3.1 MUST-3', linux: 'tcp_v4_rcv > tcp_checksum_complete' },
  badHeader: { rfc: 'RFC 1122 3.2.1.1', linux: 'ip_rcv > ip_rcv_core' },
  notMyAddress: { rfc: 'RFC 1122 3.2.1.3', linux: 'ip_rcv_finish > ip_route_input_noref' },
  powerOff: { rfc: 'none', linux: 'none' },
  powerOn: { rfc: 'RFC 9293 3.4.3', linux: 'tcp_init' },
  sendSyn: { rfc: 'RFC 9293 3.10.1', linux: 'tcp_connect > tcp_transmit_skb' },
  sendSynAck: { rfc: 'RFC 9293 3.10.7.2', linux: 'tcp_conn_request > tcp_v4_send_synack' },
  sendData: { rfc: 'RFC 9293 3.10.2', linux: 'tcp_write_xmit > tcp_transmit_skb' },
  sendAck: { rfc: 'RFC 9293 3.10.7.4', linux: '__tcp_ack_snd_check > tcp_send_ack' },
  sendDelayedAck: { rfc: 'RFC 9293 3.8.6.3', linux: 'tcp_delack_timer_handler > tcp_send_ack' },
  sendDuplicateAck: { rfc: 'RFC 5681 4.2', linux: 'tcp_send_dupack' },
  sendWindowUpdate: { rfc: 'RFC 9293 3.8.6.2.2', linux: 'tcp_cleanup_rbuf > tcp_send_ack' },
  sendFin: { rfc: 'RFC 9293 3.10.4', linux: 'tcp_send_fin' },
  sendFastRetransmit: { rfc: 'RFC 5681 3.2', linux: 'tcp_xmit_retransmit_queue' },
  sendTimeoutRetransmit: { rfc: 'RFC 6298 5.4', linux: 'tcp_retransmit_timer > tcp_retransmit_skb' },
  sendWindowProbe: { rfc: 'RFC 9293 3.8.6.1', linux: 'tcp_probe_timer > tcp_write_wakeup' },
  sendKeepaliveProbe: { rfc: 'RFC 9293 3.8.4', linux: 'tcp_keepalive_timer > tcp_write_wakeup' },
  sendReset: { rfc: 'RFC 9293 3.5.2', linux: 'tcp_send_active_reset' },
  sendChallengeAck: { rfc: 'RFC 5961 3.2', linux: 'tcp_send_challenge_ack' },
  sendTailLossProbe: { rfc: 'RFC 8985 7.3', linux: 'tcp_send_loss_probe' },
  sendRaw: { rfc: 'raw(7)', linux: 'raw_sendmsg > raw_send_hdrinc' },
  /** A wake-up of a watched file, for the events that its interest asks for. */
  epollReady: { rfc: 'epoll(7)', linux: 'ep_poll_callback > list_add_tail' },
  /** Nobody can have that address; an answer would go astray. */
  martianSource: { rfc: 'RFC 9293 3.9.2.3 MUST-63', linux: 'ip_route_input_slow (martian_source)' },
  icmpArrived: { rfc: 'RFC 792', linux: 'icmp_rcv > icmp_unreach' },
  descriptorDuplicated: { rfc: 'dup(2)', linux: 'ksys_dup3 > do_dup2' },
  referenceDropped: { rfc: 'close(2)', linux: 'filp_close > fput' },
  orphaned: { rfc: 'RFC 9293 3.10.4', linux: '__tcp_close > sock_orphan' },
  processForked: { rfc: 'fork(2)', linux: 'kernel_clone > copy_files > dup_fd' },
  processEnds: { rfc: '_exit(2)', linux: 'do_exit > exit_files' },
  signalSent: { rfc: 'kill(2)', linux: 'kill_pid_info > complete_signal' },
  signalDelivered: { rfc: 'signal(7)', linux: 'get_signal' },
  /** The call begins anew by itself once the handler has run. */
  callRestarts: { rfc: 'signal(7)', linux: 'handle_signal > ERESTARTSYS' },
  programStarts: { rfc: 'execve(2)', linux: 'do_execveat_common' },
  threadStarts: { rfc: 'pthread_create(3)', linux: 'kernel_clone' },
  /** TCP carries a stream of bytes; where a message ends is the application's own affair. */
  messageHandled: { rfc: 'RFC 9293 2.2', linux: 'none' },
  /** 4.4BSD: both queues together hold three halves of the backlog, and one more (sonewconn). */
  listenQueuesFull: { rfc: 'listen(2)', linux: 'none' },
  /** 4.4BSD: a connection that is reset before accept() is forgotten, as if it had never been (soisdisconnected). */
  acceptQueueLeft: { rfc: 'none', linux: 'none' },
} as const satisfies Readonly<Record<string, Rule>>
