/** Plays of src/conformance/calls on two hosts of ours, in virtual time. */
import { ADDRESS, SETTLE_MS } from '../conformance'
import type { Answer, Move, Play, Side } from '../conformance'
import { MICROS_PER_MS } from '../base'
import { POLL_EVENTS } from '../trace'
import type { Call, CallView, FdRef, SocketView, TcpState } from '../trace'
import { formatFlags } from '../wire'
import { call, CLIENT, counter, createBench, lastCall, run, SERVER, view } from './host-bench'
import type { BenchEvent, HostBench, Made } from './host-bench'

const HOST = { A: CLIENT, B: SERVER } as const satisfies Record<Side, number>
/** `ss` has names of its own for three states. */
const SS_STATE: Partial<Record<TcpState, string>> = { ESTABLISHED: 'ESTAB', 'SYN-RECEIVED': 'SYN-RECV' }

export interface Played extends Answer {
  /** What the host recorded in the instant of the call. */
  readonly events: readonly BenchEvent[]
}

export function playOnHosts(play: Play): Played[] {
  const bench = createBench({
    delayMicros: MICROS_PER_MS,
    ...(play.sysctl?.A === undefined ? {} : { client: play.sysctl.A }),
    ...(play.sysctl?.B === undefined ? {} : { server: play.sysctl.B }),
  })
  const names = new Map<string, number>()
  const made = new Map<string, Made>()
  return play.moves.map((move) => {
    const [packets, others, events] = [bench.packets.length, bench.others.length, bench.events.length]
    const answer = make(bench, move, names, made)
    run(bench, ('wait' in move ? move.wait : SETTLE_MS) * MICROS_PER_MS)
    const side = 'on' in move ? HOST[move.on] : -1
    const sends = sentBy(bench, side, packets, others)
    return { says: answer(), sends, events: bench.events.slice(events).filter(({ host }) => host === side) }
  })
}

/** Segments and datagrams that left a host since so many of each had been seen; no call sends both. */
function sentBy({ packets, others }: HostBench, host: number, segments: number, datagrams: number): string[] {
  const tcp = packets.slice(segments).flatMap(({ from, packet: { segment } }) => {
    if (from !== host) return []
    const { length } = segment.payload
    return [`${formatFlags(segment.flags)}${length === 0 ? '' : ` ${length}`}`]
  })
  const udp = others.slice(datagrams).flatMap(({ from, packet }) => {
    return from === host && packet.udp !== undefined ? [`UDP ${packet.udp.payload.length}`] : []
  })
  return [...tcp, ...udp]
}

/** Makes a move; what comes back tells its answer once the network is quiet. */
function make(bench: HostBench, move: Move, names: Map<string, number>, made: Map<string, Made>): () => string {
  if ('wait' in move) return () => ''
  if ('network' in move) {
    bench.lose = move.network === 'cut' ? ({ ip }) => ip.dst >>> 24 !== LOOPBACK_NET : () => false
    return () => ''
  }
  if ('mute' in move) {
    bench.lose = (_packet, from) => from === HOST[move.mute]
    return () => ''
  }
  const host = HOST[move.on]
  if ('look' in move) return () => lookAt(bench, host)
  if ('counter' in move) return () => String(counter(bench, host, move.counter))
  if ('memory' in move) {
    const fd = names.get(move.memory)
    return () => memoryOf(bench, host, fd)
  }
  if ('again' in move) {
    const earlier = made.get(move.again)
    return () => (earlier === undefined ? 'no such call' : answerOf(bench, earlier, names, move.again))
  }
  const now = call(bench, host, withNumbers(move.call, names))
  if (move.as !== undefined) made.set(move.as, now)
  return () => answerOf(bench, now, names, move.as)
}

const LOOPBACK_NET = 127

/** Names to numbers; a name that nothing bears is a descriptor that is not open. */
function withNumbers(what: Call, names: ReadonlyMap<string, number>): Call {
  const number = (fd: FdRef): number => (typeof fd === 'number' ? fd : (names.get(fd) ?? 999))
  let made: Call = 'fd' in what ? { ...what, fd: number(what.fd) } : what
  if (made.call === 'poll') made = { ...made, fds: made.fds.map((it) => ({ ...it, fd: number(it.fd) })) }
  if (made.call === 'epollCtl') made = { ...made, target: number(made.target) }
  if (made.call === 'select') {
    const { read = [], write = [], except = [] } = made
    made = { ...made, read: read.map(number), write: write.map(number), except: except.map(number) }
  }
  if (made.call === 'splice') made = { ...made, to: number(made.to) }
  return made
}

const MAKE_DESCRIPTORS: ReadonlySet<string> = new Set(['socket', 'accept', 'epollCreate', 'dup'])

/** What a call returned; a descriptor that it returned bears its name from then on. */
function answerOf(bench: HostBench, made: Made, names: Map<string, number>, as: string | undefined): string {
  const { blocked } = bench.hosts[made.host].threads.get(made.thread) ?? {}
  if (blocked !== undefined) return 'blocked'
  const asked = lastCall(bench, made)
  const { returned } = asked
  if (returned === null) return 'not made'
  if (returned.errno !== '') return `= -1 ${returned.errno}`
  const isNew = MAKE_DESCRIPTORS.has(asked.name)
  const { output } = returned
  if (as !== undefined && isNew) names.set(as, returned.value)
  if (as !== undefined && output?.kind === 'descriptors') {
    names.set(as, output.fds[0])
    names.set(`${as}+`, output.fds[1])
  }
  return `= ${isNew ? 'fd' : returned.value}${outputOf(asked)}`
}

function outputOf({ name, call: text, returned }: CallView): string {
  const output = returned?.output
  if (name === 'getsockopt') return ` [${/\[(.*)\]/.exec(text)?.[1] ?? ''}]`
  if (output?.kind === 'address') return ` ${nameText(output.address, output.port)}`
  if (output?.kind === 'report') return ` error ${output.errno} origin ${output.origin} code ${output.code}`
  if (output?.kind === 'datagram' && name === 'recvfrom') {
    const { preview, truncated, address, path, port } = output
    return ` "${preview}"${truncated ? ' cut' : ''} from ${address === '' ? path || '-' : nameText(address, port)}`
  }
  if (output?.kind === 'sets') {
    return ` read ${output.read.length}, write ${output.write.length}, except ${output.except.length}`
  }
  if (output?.kind !== 'events') return ''
  return ` ${output.events.map(({ events }) => bitNames(events)).join(' ')}`
}

export function bitNames(bits: number): string {
  const names = Object.entries(POLL_EVENTS).flatMap(([name, bit]) => ((bits & bit) !== 0 ? [name] : []))
  return names.length === 0 ? '-' : names.join('|')
}

/** An Internet address has a port; a Unix socket's is a path, or - for none. */
function nameText(address: string, port: number): string {
  return address === '' || address.startsWith('/') || address.startsWith('@')
    ? address || '-'
    : `${address}:${portText(port)}`
}

function memoryOf(bench: HostBench, host: number, fd: number | undefined): string {
  const socket = view(bench, host).sockets.find(({ descriptors }) => descriptors.some((it) => it.fd === fd))
  if (socket?.udp) return `r${socket.udp.rmem} w0 d${socket.udp.drops}`
  return socket?.unix ? `r0 w${socket.unix.wmem} d0` : 'no such socket'
}

/** Ports that nobody chose are all called E. */
function portText(port: number): string {
  return port >= 32_768 ? 'E' : String(port)
}

function lookAt(bench: HostBench, host: number): string {
  const lines = view(bench, host).sockets.flatMap((socket) => (socket.state === 'CLOSED' ? [] : [lineOf(socket)]))
  return lines.length === 0 ? 'nothing' : lines.toSorted().join(', ')
}

function lineOf({ state, local, remote }: SocketView): string {
  return `${SS_STATE[state] ?? state} ${endText(local)} ${endText(remote)}`
}

function endText(end: string): string {
  const [address, port] = end.split(':')
  const named = address === ADDRESS.A ? 'A' : address === ADDRESS.B ? 'B' : address
  return `${named === '0.0.0.0' ? '*' : named}:${port === '0' ? '*' : portText(Number(port))}`
}

/** Events that tell what a call did; that it was made and answered, and what was sent, is told otherwise. */
const TELLING: ReadonlySet<string> = new Set([
  'host/blocked',
  'host/accepted',
  'host/descriptorOpened',
  'host/descriptorClosed',
  'host/socketFreed',
  'host/signalled',
  'tcp/errorSet',
])

/** `blocked`, `descriptorClosed`, and for a change of state `to FIN-WAIT-1`. */
export function eventWords(events: readonly BenchEvent[]): readonly string[] {
  return events.flatMap(({ type, fields }) => {
    if (type === 'tcp/stateChanged') return [`to ${fields.to}`]
    return TELLING.has(type) ? [type.split('/')[1]] : []
  })
}
