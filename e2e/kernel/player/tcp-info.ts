/** The kernel's struct tcp_info and the array of SO_MEMINFO (include/uapi/linux/tcp.h, sock_diag.h), by the names of their fields. */

/** Fields after the first eight bytes, in their order: size in bytes and name. */
const FIELDS: readonly (readonly [size: 2 | 4 | 8, names: string])[] = [
  [4, 'rto ato snd_mss rcv_mss unacked sacked lost retrans fackets'],
  [4, 'last_data_sent last_ack_sent last_data_recv last_ack_recv'],
  [4, 'pmtu rcv_ssthresh rtt rttvar snd_ssthresh snd_cwnd advmss reordering rcv_rtt rcv_space total_retrans'],
  [8, 'pacing_rate max_pacing_rate bytes_acked bytes_received'],
  [4, 'segs_out segs_in notsent_bytes min_rtt data_segs_in data_segs_out'],
  [8, 'delivery_rate busy_time rwnd_limited sndbuf_limited'],
  [4, 'delivered delivered_ce'],
  [8, 'bytes_sent bytes_retrans'],
  [4, 'dsack_dups reord_seen rcv_ooopack snd_wnd rcv_wnd rehash'],
  [2, 'total_rto total_rto_recoveries'],
  [4, 'total_rto_time'],
  [4, 'received_ce delivered_e1_bytes delivered_e0_bytes delivered_ce_bytes'],
  [4, 'received_e1_bytes received_e0_bytes received_ce_bytes'],
]
const MEMINFO = 'RMEM_ALLOC RCVBUF WMEM_ALLOC SNDBUF FWD_ALLOC WMEM_QUEUED OPTMEM BACKLOG DROPS'.split(' ')

/** Both as hexadecimal text, little-endian; fields that this kernel does not have yet are left out. */
export function readTcpInfo(info: string, meminfo: string): Record<string, number> {
  const found: Record<string, number> = {}
  const bytes = Buffer.from(info, 'hex')
  const first = 'state ca_state retransmits probes backoff options'.split(' ')
  first.forEach((name, i) => (found[`tcpi_${name}`] = bytes[i]))
  found['tcpi_snd_wscale'] = bytes[6] & 15
  found['tcpi_rcv_wscale'] = bytes[6] >> 4
  found['tcpi_delivery_rate_app_limited'] = bytes[7] & 1
  let at = 8
  for (const [size, names] of FIELDS) {
    for (const name of names.split(' ')) {
      if (at + size > bytes.length) continue
      found[`tcpi_${name}`] = size === 8 ? Number(bytes.readBigUInt64LE(at)) : bytes.readUIntLE(at, size)
      at += size
    }
  }
  const memory = Buffer.from(meminfo, 'hex')
  MEMINFO.forEach((name, i) => {
    if (i * 4 + 4 <= memory.length) found[`SK_MEMINFO_${name}`] = memory.readUInt32LE(i * 4)
  })
  return found
}
