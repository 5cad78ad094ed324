/**
 * `ss` (ss(8), iproute2 6.1): which sockets of a host it shows, and the table of them. Recv-Q and Send-Q are bytes of a connection, of a listener
 * the connections that wait for accept() and the backlog. Of what no application has, or no application has any more, there is no process.
 */
import type { HostReport, SocketReport, TextLine } from '../../trace'
import { formatIpv4 } from '../../wire'
import { headerLine, line } from '../line'
import { ADDRESS_COLUMNS, layOut } from './columns'
import type { Column } from './columns'
import type { SsFlags } from './flags'
import { infoText, memoryText } from './info'
import { portText, SS_STATES, UNLESS_ALL } from './names'
import { formatTimer } from './numbers'
import { summaryLines } from './summary'

const NETID: Column = { header: 'Netid', align: 'left', gap: '' }
const STATE: Column = { header: 'State', align: 'left', gap: ' ' }
const COLUMNS: readonly Column[] = [
  NETID,
  STATE,
  { header: 'Recv-Q', align: 'left', gap: ' ' },
  { header: 'Send-Q', align: 'left', gap: ' ' },
  ...ADDRESS_COLUMNS,
]

/** ss pads the two queues by itself. */
const LEAST_WIDTH = 6

/** What ss prints; `terminal` is the width of the terminal it prints to, undefined for a pipe. */
export function ssLines(report: HostReport, flags: SsFlags, terminal?: number): TextLine[] {
  if (flags.summary) return summaryLines(report)
  const sockets = report.sockets.filter((socket) => isShown(socket, flags))
  // What would be the same in every row has no column.
  const { tcp, udp, unix, all, listening } = flags
  const one = [tcp, udp, unix].filter(Boolean).length === 1
  const withProtocol = !one || unix
  // Of UDP only connected sockets are shown unless more is asked for.
  const withState = flags.states === undefined ? !(one && udp && !all && !listening) : flags.states.length !== 1
  const columns = COLUMNS.filter((column) => (column !== NETID || withProtocol) && (column !== STATE || withState))
  const header = columns.map((column) => column.header)
  const rows = sockets.map((socket) => cells(socket, flags).filter((_, i) => columns.includes(COLUMNS[i])))
  const text = layOut(columns, flags.noHeader ? rows : [header, ...rows], terminal)
  const head = flags.noHeader ? [] : [headerLine(text[0])]
  return [...head, ...sockets.flatMap((socket, i) => socketLines(socket, text[i + head.length], flags))]
}

/** Sockets that are neither bound to a connection nor listening are in no table of the kernel's. */
function isShown({ state, protocol, local }: SocketReport, flags: SsFlags): boolean {
  const { all, listening, states } = flags
  const named = flags.tcp || flags.udp || flags.unix
  if (named && !flags[protocol]) return false
  if (state === 'CLOSED' && (protocol === 'tcp' || (protocol === 'udp' && local.port === 0))) return false
  if (states !== undefined) return states.includes(state)
  if (listening) return state === 'LISTEN' || state === 'CLOSED'
  return all || !UNLESS_ALL.includes(state)
}

function cells(socket: SocketReport, flags: SsFlags): string[] {
  const { protocol, unix } = socket
  return [
    unix === null ? protocol : unix.type === 'stream' ? 'u_str' : 'u_dgr',
    SS_STATES[socket.state],
    String(socket.receiveQueue).padEnd(LEAST_WIDTH),
    String(socket.sendQueue).padEnd(LEAST_WIDTH),
    ...(unix === null ? addressCells(socket, flags) : pathCells(socket, unix)),
    processText(socket, flags),
  ]
}

function addressCells({ local, remote }: SocketReport, { numeric }: SsFlags): string[] {
  const any = remote.address === 0 && remote.port === 0
  return [
    `${formatIpv4(local.address)}:`,
    portText(local.port, numeric),
    `${formatIpv4(remote.address)}:`,
    any ? '*' : portText(remote.port, numeric),
  ]
}

/** A Unix socket has a path where others have an address, and the numbers of the two files for ports. */
function pathCells({ inode }: SocketReport, { path, peerInode }: NonNullable<SocketReport['unix']>): string[] {
  return [`${path === '' ? '*' : path} `, String(inode), '* ', String(peerInode)]
}

function processText({ users, timer }: SocketReport, { processes, timers }: SsFlags): string {
  const names = users.map(({ name, pid, fd }) => `("${name}",pid=${pid},fd=${fd})`)
  const who = processes && names.length > 0 ? ` users:(${names.join(',')})` : ''
  const clock =
    timers && timer.kind !== 'none' ? ` timer:(${timer.kind},${formatTimer(timer.micros)},${timer.count})` : ''
  return who + clock
}

function socketLines(socket: SocketReport, text: string, flags: SsFlags): TextLine[] {
  const key = `socket ${socket.id}`
  const first = line(text, key, socket.id)
  if (!flags.memory && !flags.info) return [first]
  const details = `${flags.memory ? memoryText(socket) : ''}${flags.info ? infoText(socket, flags) : ''}`
  return [first, line(`\t${details}`, `${key} details`, socket.id)]
}
