/** Rules that fire in the sending half of src/tcp: sender, recovery, congestion, round-trip time. */
import type { Rule } from './rule'

export const SENDER_RULES = {
  ackAdvances: { rfc: 'RFC 9293 3.10.7.4 (fifth)', linux: 'tcp_ack > tcp_clean_rtx_queue' },
  duplicateAck: { rfc: 'RFC 5681 2', linux: 'tcp_ack > tcp_fastretrans_alert' },
  sackOption: { rfc: 'RFC 2018 5', linux: 'tcp_ack > tcp_sacktag_write_queue' },
  rttEstimator: { rfc: 'RFC 6298 2', linux: 'tcp_ack_update_rtt > tcp_rtt_estimator' },
  caState: { rfc: 'RFC 5681 3.2', linux: 'tcp_set_ca_state' },
  threeDuplicateAcks: { rfc: 'RFC 5681 3.2 step 2', linux: 'tcp_identify_packet_loss > tcp_newreno_mark_lost' },
  partialAck: { rfc: 'RFC 6582 3.2 step 3', linux: 'tcp_identify_packet_loss > tcp_newreno_mark_lost' },
  sackLoss: { rfc: 'RFC 6675 4 (IsLost)', linux: 'tcp_update_scoreboard > tcp_mark_head_lost' },
  rackLoss: { rfc: 'RFC 8985 6.2 step 5', linux: 'tcp_rack_mark_lost > tcp_rack_detect_loss' },
  retransmitTimeout: { rfc: 'RFC 6298 5.4-5.7', linux: 'tcp_retransmit_timer > tcp_enter_loss' },
  congestionUndo: { rfc: 'RFC 4015 3, RFC 3708 4', linux: 'tcp_undo_cwnd_reduction' },
  windowSample: { rfc: 'RFC 5681 3.1', linux: 'tcp_cong_control' },
  senderWaits: { rfc: 'RFC 9293 3.8.6', linux: 'tcp_write_xmit' },
  nagle: { rfc: 'RFC 9293 3.7.4', linux: 'tcp_write_xmit > tcp_nagle_test' },
  sillyWindow: { rfc: 'RFC 9293 3.8.6.2.1', linux: 'tcp_write_xmit > tcp_snd_wnd_test' },
  peerWindow: { rfc: 'RFC 9293 3.8.6', linux: 'tcp_write_xmit > tcp_snd_wnd_test' },
  zeroWindow: { rfc: 'RFC 9293 3.8.6.1', linux: 'tcp_check_probe_timer' },
  cwndFull: { rfc: 'RFC 5681 3.1', linux: 'tcp_write_xmit > tcp_cwnd_test' },
  corked: { rfc: 'tcp(7) TCP_CORK', linux: 'tcp_write_xmit > tcp_nagle_check' },
  retransmitGaveUp: { rfc: 'RFC 9293 3.8.3', linux: 'tcp_write_timeout > retransmits_timed_out' },
  synGaveUp: { rfc: 'RFC 9293 3.8.3 MUST-23', linux: 'tcp_write_timeout (TCP_SYN_SENT)' },
  synAckGaveUp: { rfc: 'RFC 9293 3.8.3', linux: 'reqsk_timer_handler' },
  probeGaveUp: { rfc: 'RFC 9293 3.8.6.1', linux: 'tcp_probe_timer > tcp_write_err' },
  paced: { rfc: 'draft-ietf-ccwg-bbr 5.6.2', linux: 'tcp_write_xmit > tcp_pacing_check' },
} as const satisfies Readonly<Record<string, Rule>>
