/**
 * Files of /proc/net: tcp (proc(5), Linux tcp4_seq_show), sockstat, snmp and netstat. Times in /proc/net/tcp are in hundredths of a second, addresses as the
 * little-endian processor keeps them. Leaves out where a socket lies in memory: the kernel shows a hash of it, here it is 0.
 */
import { NEVER } from '../base'
import type { Micros } from '../base'
import type { HostReport, ReportAddress, SocketReport, TcpState, TextLine } from '../trace'
import { counterNames, counterValue } from './counters'
import type { CounterGroup } from './counters'
import { headerLine, line } from './line'

/** include/net/tcp_states.h, as `st` shows them. */
const STATE_NUMBERS: Readonly<Record<TcpState, number>> = {
  ESTABLISHED: 1,
  'SYN-SENT': 2,
  'SYN-RECEIVED': 3,
  'FIN-WAIT-1': 4,
  'FIN-WAIT-2': 5,
  'TIME-WAIT': 6,
  CLOSED: 7,
  'CLOSE-WAIT': 8,
  'LAST-ACK': 9,
  LISTEN: 10,
  CLOSING: 11,
}
const TIMER_NUMBERS: Readonly<Record<SocketReport['timer']['kind'], number>> = {
  none: 0,
  on: 1,
  keepalive: 2,
  timewait: 3,
  persist: 4,
}
/** Shown times are counted in 1/100 s (USER_HZ). */
const CLOCK_TICK: Micros = 10_000
/** A listener's, and of one that has not measured: TCP_TIMEOUT_INIT. */
const FIRST_RTO: Micros = 1_000_000
const INITIAL_WINDOW = 10
const TCP_INFINITE_SSTHRESH = 0x7fff_ffff

const HEADER = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'

export function procTcpLines({ sockets }: HostReport): TextLine[] {
  const shown = sockets.filter(({ state, protocol }) => protocol === 'tcp' && state !== 'CLOSED')
  return [headerLine(HEADER), ...shown.map((socket, i) => line(procRow(socket, i), `socket ${socket.id}`, socket.id))]
}

/** /proc/net/udp (udp4_seq_show). The kernel numbers rows by hash bucket, here they are counted. */
export function procUdpLines({ sockets }: HostReport): TextLine[] {
  const shown = sockets.filter(({ protocol, local }) => protocol === 'udp' && local.port !== 0)
  return [
    headerLine(UDP_HEADER),
    ...shown.map((socket, i) => {
      const words = [
        `${String(i).padStart(5)}:`,
        `${hexAddress(socket.local)} ${hexAddress(socket.remote)}`,
        hex(STATE_NUMBERS[socket.state], 2),
        `${hex(0, 8)}:${hex(socket.receiveQueue, 8)} 00:${hex(0, 8)} ${hex(0, 8)}`,
        `${String(socket.uid).padStart(5)} ${'0'.padStart(8)} ${socket.inode} 2 ${hex(0, 16)}`,
        String(socket.memory?.drops ?? 0),
      ]
      return line(words.join(' '), `socket ${socket.id}`, socket.id)
    }),
  ]
}

const UDP_HEADER =
  '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops'

function procRow(socket: SocketReport, index: number): string {
  const { timer, kind } = socket
  const listening = socket.state === 'LISTEN'
  // Of a listener the kernel shows its accept queue, and no backlog.
  const send = listening ? 0 : socket.sendQueue
  const users = kind === 'request' ? 0 : kind === 'timewait' ? 3 : timer.kind === 'none' ? 1 : 2
  const words = [
    `${String(index).padStart(4)}:`,
    `${hexAddress(socket.local)} ${hexAddress(socket.remote)}`,
    hex(STATE_NUMBERS[socket.state], 2),
    `${hex(send, 8)}:${hex(socket.receiveQueue, 8)}`,
    `${hex(TIMER_NUMBERS[timer.kind], 2)}:${hex(ticks(timer.micros), 8)}`,
    hex(socket.timeouts, 8),
    String(kind === 'socket' ? socket.uid : 0).padStart(5),
    String(socket.probes).padStart(8),
    String(socket.inode),
    `${users} ${hex(0, 16)}`,
    ...(kind === 'socket' ? rest(socket) : []),
  ]
  return words.join(' ')
}

/** Retransmission timeout, delayed-ACK timeout, quick ACKs left and whether ACKs wait, window, threshold (-1 before any loss). */
function rest({ info, ack, state }: SocketReport): string[] {
  const rto = info?.['tcpi_rto'] ?? FIRST_RTO
  const threshold = info?.['tcpi_snd_ssthresh'] ?? 0
  const cwnd = info?.['tcpi_snd_cwnd'] ?? INITIAL_WINDOW
  const slowStart = threshold >= TCP_INFINITE_SSTHRESH
  return [
    ticks(rto),
    ticks(info?.['tcpi_ato'] ?? 0),
    (ack?.quick ?? 0) * 2 + Number(ack?.pingpong ?? false),
    cwnd,
    state === 'LISTEN' ? 0 : slowStart ? -1 : threshold,
  ].map(String)
}

function hexAddress({ address, port }: ReportAddress): string {
  const swapped = ((address & 0xff) << 24) | ((address & 0xff00) << 8) | ((address >>> 8) & 0xff00) | (address >>> 24)
  return `${hex(swapped >>> 0, 8)}:${hex(port, 4)}`
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0')
}

function ticks(micros: Micros): number {
  return micros === NEVER ? 0 : Math.floor(micros / CLOCK_TICK)
}

/** What has its place among the counters and is none, or has a value before anything was counted. */
function constantOf({ sysctl }: HostReport, group: CounterGroup, name: string): number | undefined {
  if (group === 'Ip') return name === 'Forwarding' ? 2 : name === 'DefaultTTL' ? 64 : undefined
  if (group !== 'Tcp') return undefined
  if (name === 'RtoAlgorithm') return 1
  if (name === 'RtoMin') return sysctl.tcp_rto_min_us / 1_000
  if (name === 'RtoMax') return sysctl.tcp_rto_max_ms
  return name === 'MaxConn' ? -1 : undefined
}

/** /proc/net/snmp and /proc/net/netstat: for each group a line of names and a line of numbers. */
export function procCounterLines(report: HostReport, groups: readonly CounterGroup[]): TextLine[] {
  return groups.flatMap((group) => {
    const names = counterNames(group)
    const values = names.map((name) => constantOf(report, group, name) ?? counterValue(report, group, name))
    return [headerLine(`${group}: ${names.join(' ')}`), line(`${group}: ${values.join(' ')}`, group)]
  })
}
