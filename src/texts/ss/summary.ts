/**
 * `ss -s`: how many sockets of which kind, from the numbers of /proc/net/sockstat, and that file itself. "closed" are sockets that no table of connections has: never
 * bound, or over and still open somewhere. The kernel keeps these accounts loosely (a TIME-WAIT counts in the total and is no socket); so do they here.
 */
import type { HostReport, SocketReport, TextLine } from '../../trace'
import { line } from '../line'

interface SocketCounts {
  /** Sockets of any kind that a file stands for. */
  readonly used: number
  readonly established: number
  /** UDP sockets with a port. */
  readonly udp: number
  /** In a table: listening or connected. */
  readonly inUse: number
  readonly orphans: number
  readonly timeWait: number
  /** All TCP sockets, in a table or not. */
  readonly allocated: number
}

export function countSockets({ sockets: all, counters }: HostReport): SocketCounts {
  const sockets = all.filter(({ protocol }) => protocol === 'tcp')
  const whole = sockets.filter(({ kind }) => kind === 'socket')
  const isInUse = ({ state }: SocketReport): boolean => state !== 'CLOSED'
  const timeWait = sockets.filter(({ kind }) => kind === 'timewait').length
  // Of a connection in TIME-WAIT that is still open somewhere, the file's socket is one of its own.
  const leftBehind = sockets.filter(({ kind, open }) => kind === 'timewait' && open).length
  return {
    used: all.filter(({ open }) => open).length,
    udp: all.filter(({ protocol, local }) => protocol === 'udp' && local.port !== 0).length,
    established: counters['CurrEstab'] ?? 0,
    inUse: whole.filter(isInUse).length,
    orphans: whole.filter(({ orphaned }) => orphaned).length,
    timeWait,
    allocated: whole.length + leftBehind,
  }
}

export function summaryLines(report: HostReport): TextLine[] {
  const { used, established, udp, inUse, orphans, timeWait, allocated } = countSockets(report)
  const total = allocated + timeWait
  const row = (name: string, count: number): string =>
    `${name}\t  ${String(count).padEnd(9)} ${String(count).padEnd(9)} 0`
  return [
    `Total: ${used}`,
    `TCP:   ${total} (estab ${established}, closed ${total - inUse}, orphaned ${orphans}, timewait ${timeWait})`,
    '',
    'Transport Total     IP        IPv6',
    row('RAW', 0),
    row('UDP', udp),
    row('TCP', inUse),
    row('INET', inUse + udp),
    row('FRAG', 0),
    '',
  ].map((text) => line(text, text.split(/\s/)[0]))
}

export function sockstatLines(report: HostReport): TextLine[] {
  const { used, udp, inUse, orphans, timeWait, allocated } = countSockets(report)
  const tcp = report.sockets.filter(({ protocol }) => protocol === 'tcp')
  const pages = tcp.reduce(
    (sum, { memory }) => sum + (memory === null ? 0 : (memory.receive + memory.queued + memory.forward) / 4_096),
    0,
  )
  return [
    `sockets: used ${used}`,
    `TCP: inuse ${inUse} orphan ${orphans} tw ${timeWait} alloc ${allocated} mem ${pages}`,
    `UDP: inuse ${udp} mem 0`,
    'UDPLITE: inuse 0',
    'RAW: inuse 0',
    'FRAG: inuse 0 memory 0',
  ].map((text) => line(text, text.split(':')[0]))
}
