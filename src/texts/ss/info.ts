/**
 * The line under a socket that -m and -i ask for: memory (INET_DIAG_SKMEMINFO) and struct tcp_info, in iproute2 6.1's order and under its conditions. Names are ss's;
 * README and the page say what each means. Leaves out MD5, ULP and MPTCP.
 */
import type { SocketReport, TcpInfo } from '../../trace'
import { formatG, formatRate } from './numbers'
import type { SsFlags } from './flags'

/** Bits of tcpi_options, in ss's order. */
const OPTION_WORDS: readonly (readonly [number, string])[] = [
  [1, 'ts'],
  [2, 'sack'],
  [8, 'ecn'],
  [16, 'ecnseen'],
]
const WSCALE = 4
/** Above this no slow-start threshold was ever set. */
const MOST_SSTHRESH = 0xffff
const UNKNOWN = 0xffff_ffff
const DEFAULT_REORDERING = 3
/** TCP_TIMEOUT_FALLBACK, which ss takes for none. */
const NO_RTO = 3_000_000
const INITIAL_WINDOW = 10

export function memoryText({ memory }: SocketReport): string {
  if (memory === null) return ''
  const { receive, receiveLimit, sendLimit, forward, queued, drops } = memory
  return ` skmem:(r${receive},rb${receiveLimit},t0,tb${sendLimit},f${forward},w${queued},o0,bl0,d${drops})`
}

export function infoText(socket: SocketReport, { numeric }: SsFlags): string {
  const { info, algorithm, state } = socket
  if (state === 'LISTEN') {
    const waiting = socket.receiveQueue > 0 ? ` unacked:${socket.receiveQueue}` : ''
    return ` ${algorithm} cwnd:${INITIAL_WINDOW}${waiting}`
  }
  if (info === null) return ''
  const words = [
    ...OPTION_WORDS.flatMap(([bit, word]) => ((info['tcpi_options'] & bit) === 0 ? [] : [word])),
    algorithm,
    ...timing(info),
    ...traffic(info),
    ...congestionWords(socket, numeric),
    ...rates(info, numeric),
    ...delivery(info),
    ...limits(info),
    ...losses(info),
    ...receiving(info),
  ]
  return words.map((word) => ` ${word}`).join('')
}

/** `name:value` for each that is not 0. */
function unlessZero(info: TcpInfo, ...names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const value = info[`tcpi_${name}`]
    return value === 0 ? [] : [`${name}:${Math.floor(value)}`]
  })
}

function when(condition: boolean, text: string): string[] {
  return condition ? [text] : []
}

function ms(micros: number): string {
  return formatG(micros / 1_000)
}

function timing(info: TcpInfo): string[] {
  const { tcpi_rto: rto, tcpi_rtt: rtt, tcpi_ato: ato, tcpi_snd_ssthresh: ssthresh } = info
  return [
    ...when((info['tcpi_options'] & WSCALE) !== 0, `wscale:${info['tcpi_snd_wscale']},${info['tcpi_rcv_wscale']}`),
    ...when(rto !== 0 && rto !== NO_RTO, `rto:${ms(rto)}`),
    ...unlessZero(info, 'backoff'),
    ...when(rtt > 0, `rtt:${ms(Math.floor(rtt))}/${ms(info['tcpi_rttvar'])}`),
    ...when(ato > 0, `ato:${ms(ato)}`),
    ...when(info['tcpi_snd_mss'] > 0, `mss:${info['tcpi_snd_mss']}`),
    ...when(info['tcpi_pmtu'] > 0, `pmtu:${info['tcpi_pmtu']}`),
    ...when(info['tcpi_rcv_mss'] > 0, `rcvmss:${info['tcpi_rcv_mss']}`),
    ...when(info['tcpi_advmss'] > 0, `advmss:${info['tcpi_advmss']}`),
    ...when(info['tcpi_snd_cwnd'] > 0, `cwnd:${info['tcpi_snd_cwnd']}`),
    ...when(ssthresh < MOST_SSTHRESH, `ssthresh:${ssthresh}`),
  ]
}

function traffic(info: TcpInfo): string[] {
  return unlessZero(
    info,
    'bytes_sent',
    'bytes_retrans',
    'bytes_acked',
    'bytes_received',
    'segs_out',
    'segs_in',
    'data_segs_out',
    'data_segs_in',
  )
}

/** The congestion control's own numbers. */
function congestionWords({ algorithm, congestion }: SocketReport, numeric: boolean): string[] {
  if (congestion === null) return []
  if (!algorithm.startsWith('bbr')) {
    const pairs = Object.entries(congestion).map(([name, value]) => `${name}:${value}`)
    return [`${algorithm}:(${pairs.join(',')})`]
  }
  const gain = (name: string): string[] => when(congestion[name] > 0, `${name}:${formatG(congestion[name] / 256)}`)
  const pairs = [
    `bw:${formatRate(congestion['bw'] * 8, numeric)}bps`,
    `mrtt:${ms(congestion['mrtt'])}`,
    ...gain('pacing_gain'),
    ...gain('cwnd_gain'),
  ]
  return [`${algorithm}:(${pairs.join(',')})`]
}

function rates(info: TcpInfo, numeric: boolean): string[] {
  const { tcpi_rtt: rtt, tcpi_snd_mss: mss, tcpi_snd_cwnd: cwnd, tcpi_pacing_rate: pacing } = info
  const { tcpi_max_pacing_rate: most, tcpi_delivery_rate: delivered } = info
  const rate = (bytes: number): string => `${formatRate(bytes * 8, numeric)}bps`
  const send = (cwnd * mss * 1e6) / Math.floor(rtt)
  return [
    ...when(rtt >= 1 && mss > 0 && cwnd > 0, `send ${rate(send)}`),
    ...unlessZero(info, 'last_data_sent', 'last_data_recv', 'last_ack_recv').map(shortName),
    ...when(pacing > 0 && pacing < 2 ** 63, `pacing_rate ${rate(pacing)}${most < 2 ** 63 ? `/${rate(most)}` : ''}`),
    ...when(delivered > 0, `delivery_rate ${rate(delivered)}`),
  ]
}

/** ss's own names for three fields. */
function shortName(word: string): string {
  return word
    .replace('last_data_sent', 'lastsnd')
    .replace('last_data_recv', 'lastrcv')
    .replace('last_ack_recv', 'lastack')
}

function delivery(info: TcpInfo): string[] {
  return [
    ...unlessZero(info, 'delivered', 'delivered_ce'),
    ...when(info['tcpi_delivery_rate_app_limited'] === 1, 'app_limited'),
  ]
}

/** What the sender was held by, in ms and as a share of the time in which it had something to send. */
function limits(info: TcpInfo): string[] {
  const { tcpi_busy_time: busy } = info
  const held = (name: string): string[] => {
    const micros = info[`tcpi_${name}`]
    const share = ((100 * micros) / busy).toFixed(1)
    return when(micros >= 1_000, `${name}:${Math.floor(micros / 1_000)}ms(${share}%)`)
  }
  return [
    ...when(busy >= 1_000, `busy:${Math.floor(busy / 1_000)}ms`),
    ...held('rwnd_limited'),
    ...held('sndbuf_limited'),
  ]
}

function losses(info: TcpInfo): string[] {
  const { tcpi_retrans: now, tcpi_total_retrans: total, tcpi_reordering: reordering } = info
  return [
    ...unlessZero(info, 'unacked'),
    ...when(now > 0 || total > 0, `retrans:${now}/${total}`),
    ...unlessZero(info, 'lost', 'sacked', 'dsack_dups'),
    ...when(reordering !== DEFAULT_REORDERING, `reordering:${reordering}`),
    ...unlessZero(info, 'reord_seen'),
  ]
}

function receiving(info: TcpInfo): string[] {
  const { tcpi_rcv_rtt: rtt, tcpi_min_rtt: least } = info
  return [
    ...when(rtt > 0, `rcv_rtt:${ms(rtt)}`),
    ...unlessZero(info, 'rcv_space', 'rcv_ssthresh'),
    ...unlessZero(info, 'notsent_bytes').map((word) => word.replace('_bytes', '')),
    ...when(least > 0 && least < UNKNOWN, `minrtt:${ms(least)}`),
    ...unlessZero(info, 'rcv_ooopack', 'snd_wnd'),
  ]
}
