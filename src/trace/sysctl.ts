/**
 * A host's profile: the kernel settings that change what TCP does, under Linux's names, with the defaults of a current
 * kernel (Documentation/networking/ip-sysctl.rst; somaxconn is net.core's). Times are in the unit Linux uses (seconds
 * unless the name says otherwise), sizes in bytes.
 */
export interface Sysctl {
  tcp_syn_retries: number
  /** How many SYN retransmissions go out at the first interval before backoff begins. */
  tcp_syn_linear_timeouts: number
  tcp_synack_retries: number
  tcp_retries1: number
  tcp_retries2: number
  tcp_orphan_retries: number
  tcp_max_orphans: number
  tcp_fin_timeout: number
  tcp_keepalive_time: number
  tcp_keepalive_intvl: number
  tcp_keepalive_probes: number
  tcp_max_syn_backlog: number
  somaxconn: number
  tcp_abort_on_overflow: number
  tcp_syncookies: number
  tcp_tw_reuse: number
  tcp_max_tw_buckets: number
  tcp_rfc1337: number
  tcp_timestamps: number
  tcp_sack: number
  tcp_dsack: number
  tcp_window_scaling: number
  /**
   * Highest ECN variant that is agreed to, and asked for: 0 none, 1 classic both, 2 classic agreed to, 3 AccECN both, 4 AccECN agreed to and classic asked
   * for, 5 AccECN agreed to.
   */
  tcp_ecn: number
  /** A SYN that is sent again gives up ECN (RFC 3168 6.1.1.1), and what the path did to the codepoints of the handshake is looked at (RFC 9768 3.2.2). */
  tcp_ecn_fallback: number
  /** When the AccECN option is sent: 0 never, 1 where it has to be, 2 wherever it fits, 3 whatever seems to become of it. */
  tcp_ecn_option: number
  /** At least so many AccECN options a round trip, where tcp_ecn_option is 1. */
  tcp_ecn_option_beacon: number
  tcp_congestion_control: string
  /** How slow start ends early: 0 not, 1 Linux's HyStart in CUBIC (module parameter hystart), 2 HyStart++ (RFC 9406) in CUBIC and Reno, which Linux lacks. */
  tcp_hystart: number
  tcp_slow_start_after_idle: number
  tcp_reordering: number
  /** Bit 1 RACK (RFC 8985); 0 leaves recovery to RFC 6675. */
  tcp_recovery: number
  tcp_early_retrans: number
  tcp_frto: number
  tcp_no_metrics_save: number
  tcp_moderate_rcvbuf: number
  tcp_adv_win_scale: number
  /** A window may be taken back when memory runs short. */
  tcp_shrink_window: number
  tcp_autocorking: number
  tcp_rto_min_us: number
  /** How much of the window a burst must be able to fill before it leaves: one part in so many; 0 for another rule. */
  tcp_tso_win_divisor: number
  /** Segments of a burst at least, and by how many doublings of the minimum RTT its bytes are halved. */
  tcp_min_tso_segs: number
  tcp_tso_rtt_log: number
  /** Pacing rate in percent of cwnd per RTT, in slow start and afterwards. */
  tcp_pacing_ss_ratio: number
  tcp_pacing_ca_ratio: number
  /** Unsent bytes beyond which a socket is not writable. */
  tcp_notsent_lowat: number
  tcp_challenge_ack_limit: number
  tcp_invalid_ratelimit: number
  /** Initial congestion window in segments: a route attribute on Linux (`ip route ... initcwnd`), 10 by default. */
  initcwnd: number
  /** Initial ssthresh in segments, 0 for none: a route attribute on Linux (metric `ssthresh`). */
  initssthresh: number
  /** The longest RTO: tcp_rto_max_ms. */
  tcp_rto_max_ms: number
  tcp_rmem: readonly [min: number, initial: number, max: number]
  tcp_wmem: readonly [min: number, initial: number, max: number]
  rmem_max: number
  wmem_max: number
  ip_local_port_range: readonly [low: number, high: number]
  ip_default_ttl: number
  /** net.core's: what queues at the interface. `fq` paces every connection; others hand packets over as they come. */
  default_qdisc: string
  /** The interface's MTU: a link attribute on Linux (`ip link set ... mtu`). */
  mtu: number
  /** Size of the segments that the interface merges before TCP sees them (GRO), 0 where it does not: what `gso_size` of an sk_buff tells. */
  gro_mss: number
  /** Ticks of the kernel's coarse clock a second (CONFIG_HZ): what CUBIC counts time by. */
  hz: number
  /** Duplicate ACKs beyond the third that one compressed ACK may stand for, and how long it waits: ns, at most this share of the RTT. 0 for none. */
  tcp_comp_sack_nr: number
  tcp_comp_sack_delay_ns: number
  tcp_comp_sack_rtt_percent: number
  /** Segments: no path is taken to reorder more than that. */
  tcp_max_reordering: number
  /** A passive open answers with the TOS of the SYN. */
  tcp_reflect_tos: number
  /** 0 heeds "fragmentation needed" and sets DF; 1 does not. */
  ip_no_pmtu_disc: number
  /** The least path MTU that is believed, and for how many seconds (net.ipv4.route). */
  min_pmtu: number
  mtu_expires: number
  /** Packetization-layer path MTU discovery (RFC 4821): 0 never, 1 once a black hole is suspected, 2 always. */
  tcp_mtu_probing: number
  tcp_base_mss: number
  tcp_mtu_probe_floor: number
  tcp_min_snd_mss: number
  /** The search ends at so many bytes, and begins anew after so many seconds. */
  tcp_probe_threshold: number
  tcp_probe_interval: number
  /** The urgent pointer is to the urgent byte and not behind it (RFC 1122, which RFC 6093 gave up). */
  tcp_stdurg: number
  /** Thin streams do not back off at first. */
  tcp_thin_linear_timeouts: number
  /** Packets that the interface's own queue takes, which here is always empty: 0 drops all, and TCP is told so. A link attribute on Linux. */
  txqueuelen: number
  /** The host passes on packets that are for others. */
  ip_forward: number
  /** Least milliseconds between ICMP messages to one destination, of the types in `icmp_ratemask` (a bit each); the first six pass. 0 for no limit. */
  icmp_ratelimit: number
  icmp_ratemask: number
  /** Such messages a second to all destinations, and how many may go at once. */
  icmp_msgs_per_sec: number
  icmp_msgs_burst: number
  /** No answer to a ping. */
  icmp_echo_ignore_all: number
  /** Neighbours (net.ipv4.neigh): how long one that answered is trusted, how long a doubt may last before it is asked, and how often, how far apart. */
  base_reachable_time_ms: number
  delay_first_probe_time: number
  ucast_solicit: number
  mcast_solicit: number
  retrans_time_ms: number
  /** Packets that wait for the answer of one neighbour. */
  unres_qlen: number
  /** Buffers of sockets that are not TCP's, bytes (net.core's). */
  rmem_default: number
  wmem_default: number
  /** Datagrams that wait at a Unix socket before its senders must (net.unix's). */
  max_dgram_qlen: number
  /** Connections that conntrack may hold; a full table drops what is new (net.netfilter). */
  nf_conntrack_max: number
  /** 1: connections are picked up in the middle. */
  nf_conntrack_tcp_loose: number
  /** 1: nothing but a reset out of the window is INVALID. */
  nf_conntrack_tcp_be_liberal: number
  nf_conntrack_tcp_ignore_invalid_rst: number
  /** After so many retransmissions in a row only the timeout of that name is waited. */
  nf_conntrack_tcp_max_retrans: number
  /** Seconds that an entry lives without a packet, by its state. */
  nf_conntrack_tcp_timeout_syn_sent: number
  nf_conntrack_tcp_timeout_syn_recv: number
  nf_conntrack_tcp_timeout_established: number
  nf_conntrack_tcp_timeout_fin_wait: number
  nf_conntrack_tcp_timeout_close_wait: number
  nf_conntrack_tcp_timeout_last_ack: number
  nf_conntrack_tcp_timeout_time_wait: number
  nf_conntrack_tcp_timeout_close: number
  nf_conntrack_tcp_timeout_max_retrans: number
  nf_conntrack_tcp_timeout_unacknowledged: number
  nf_conntrack_udp_timeout: number
  nf_conntrack_udp_timeout_stream: number
  nf_conntrack_icmp_timeout: number
  /**
   * How a listener counts its connections, and what becomes of one that is reset before accept(): `linux`, or `bsd` as in 4.4BSD and what came of it. No setting of
   * Linux's: it is another kernel.
   */
  listen_queues: string
}

export const LINUX_SYSCTL: Readonly<Sysctl> = {
  tcp_syn_retries: 6,
  tcp_syn_linear_timeouts: 4,
  tcp_synack_retries: 5,
  tcp_retries1: 3,
  tcp_retries2: 15,
  tcp_orphan_retries: 0,
  tcp_max_orphans: 131_072,
  tcp_fin_timeout: 60,
  tcp_keepalive_time: 7_200,
  tcp_keepalive_intvl: 75,
  tcp_keepalive_probes: 9,
  tcp_max_syn_backlog: 1_024,
  somaxconn: 4_096,
  tcp_abort_on_overflow: 0,
  tcp_syncookies: 1,
  tcp_tw_reuse: 2,
  tcp_max_tw_buckets: 131_072,
  tcp_rfc1337: 0,
  tcp_timestamps: 1,
  tcp_sack: 1,
  tcp_dsack: 1,
  tcp_window_scaling: 1,
  tcp_ecn: 2,
  tcp_ecn_fallback: 1,
  tcp_ecn_option: 2,
  tcp_ecn_option_beacon: 3,
  tcp_congestion_control: 'cubic',
  tcp_hystart: 1,
  tcp_slow_start_after_idle: 1,
  tcp_reordering: 3,
  tcp_recovery: 1,
  tcp_early_retrans: 3,
  tcp_frto: 2,
  tcp_no_metrics_save: 1,
  tcp_moderate_rcvbuf: 1,
  tcp_adv_win_scale: 1,
  tcp_shrink_window: 0,
  tcp_autocorking: 1,
  tcp_rto_min_us: 200_000,
  tcp_tso_win_divisor: 3,
  tcp_min_tso_segs: 2,
  tcp_tso_rtt_log: 9,
  tcp_pacing_ss_ratio: 200,
  tcp_pacing_ca_ratio: 120,
  tcp_notsent_lowat: 4_294_967_295,
  tcp_challenge_ack_limit: 2_147_483_647,
  tcp_invalid_ratelimit: 500,
  initcwnd: 10,
  initssthresh: 0,
  tcp_rto_max_ms: 120_000,
  tcp_rmem: [4_096, 131_072, 33_554_432],
  tcp_wmem: [4_096, 16_384, 4_194_304],
  rmem_max: 4_194_304,
  wmem_max: 4_194_304,
  ip_local_port_range: [32_768, 60_999],
  ip_default_ttl: 64,
  default_qdisc: 'pfifo_fast',
  mtu: 1_500,
  gro_mss: 0,
  hz: 1_000,
  tcp_comp_sack_nr: 44,
  tcp_comp_sack_delay_ns: 1_000_000,
  tcp_comp_sack_rtt_percent: 33,
  tcp_max_reordering: 300,
  tcp_reflect_tos: 0,
  ip_no_pmtu_disc: 0,
  min_pmtu: 552,
  mtu_expires: 600,
  tcp_mtu_probing: 0,
  tcp_base_mss: 1_024,
  tcp_mtu_probe_floor: 48,
  tcp_min_snd_mss: 48,
  tcp_probe_threshold: 8,
  tcp_probe_interval: 600,
  tcp_stdurg: 0,
  tcp_thin_linear_timeouts: 0,
  txqueuelen: 1_000,
  ip_forward: 0,
  icmp_ratelimit: 1_000,
  icmp_ratemask: 6_168,
  icmp_msgs_per_sec: 1_000,
  icmp_msgs_burst: 50,
  icmp_echo_ignore_all: 0,
  base_reachable_time_ms: 30_000,
  delay_first_probe_time: 5,
  ucast_solicit: 3,
  mcast_solicit: 3,
  retrans_time_ms: 1_000,
  unres_qlen: 101,
  rmem_default: 212_992,
  wmem_default: 212_992,
  max_dgram_qlen: 10,
  nf_conntrack_max: 262_144,
  nf_conntrack_tcp_loose: 1,
  nf_conntrack_tcp_be_liberal: 0,
  nf_conntrack_tcp_ignore_invalid_rst: 0,
  nf_conntrack_tcp_max_retrans: 3,
  nf_conntrack_tcp_timeout_syn_sent: 120,
  nf_conntrack_tcp_timeout_syn_recv: 60,
  nf_conntrack_tcp_timeout_established: 432_000,
  nf_conntrack_tcp_timeout_fin_wait: 120,
  nf_conntrack_tcp_timeout_close_wait: 60,
  nf_conntrack_tcp_timeout_last_ack: 30,
  nf_conntrack_tcp_timeout_time_wait: 120,
  nf_conntrack_tcp_timeout_close: 10,
  nf_conntrack_tcp_timeout_max_retrans: 300,
  nf_conntrack_tcp_timeout_unacknowledged: 300,
  nf_conntrack_udp_timeout: 30,
  nf_conntrack_udp_timeout_stream: 120,
  nf_conntrack_icmp_timeout: 30,
  listen_queues: 'linux',
}
