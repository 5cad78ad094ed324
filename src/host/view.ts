/** The host as the page sees it: a copy that shares nothing with the records. */
import { formatDuration, NEVER } from '../base'
import type { Micros } from '../base'
import { viewFirewall } from '../netfilter'
import { tcpInfo, viewTcb } from '../tcp'
import type { Endpoint } from '../tcp'
import type {
  DescriptorView,
  HostView,
  ListenerView,
  ProcessView,
  QueueEntryView,
  SocketView,
  TcpInfo,
  TcpState,
  ThreadView,
} from '../trace'
import { formatIpv4 } from '../wire'
import { acceptQueueRoom, synQueueRoom } from './admit'
import { formatCall } from './call-text'
import { viewIp } from './ip/view'
import { nextCall, resolveFd } from './program'
import { viewEpolls, viewPoll } from './readiness/view'
import type { Host, Listener, OpenFile, Process, QueueEntry, Socket, Thread } from './records'
import { stateOf } from './sockets'
import { viewUdp } from './udp/view'
import { viewUnix } from './unix/view'

const MAX_SOCKETS = 300
const MAX_QUEUE_ENTRIES = 64

interface Holder {
  readonly pid: number
  readonly fd: number
}

export function viewHost(host: Host, now: Micros): HostView {
  const holders = holdersOf(host)
  const stateCounts: Partial<Record<TcpState, number>> = {}
  for (const socket of host.sockets.values()) {
    if (socket.protocol !== 'tcp') continue
    const state = stateOf(socket)
    stateCounts[state] = (stateCounts[state] ?? 0) + 1
  }
  return {
    index: host.index,
    name: host.name,
    address: formatIpv4(host.address),
    role: host.role,
    up: host.up,
    processes: [...host.processes.values()].map((process) => viewProcess(host, process, now)),
    sockets: shownSockets(host, holders).map((socket) => viewSocket(host, socket, holders.get(socket.id) ?? [], now)),
    socketCount: host.sockets.size,
    stateCounts,
    sysctl: { ...host.sysctl },
    firewall: viewFirewall(host.netfilter, now),
    counters: Object.fromEntries(
      [...host.counters].filter(([, value]) => value !== 0).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    ),
    epolls: viewEpolls(host),
    ip: viewIp(host, now),
    programs: host.programs.map(({ name, lines }) => ({ name, lines })),
    unixPaths: [...host.unixPaths.keys()].filter((path) => !path.startsWith('@')),
  }
}

/** tcp_info of one connection; null for a listener and for a socket that was never opened. */
export function hostTcpInfo(host: Host, id: number, now: Micros): TcpInfo | null {
  const socket = host.sockets.get(id)
  if (socket?.tcb === undefined || socket.listener !== undefined) return null
  return tcpInfo(socket.tcb, now, host.sysctl)
}

/** Who has a descriptor on each socket. */
function holdersOf(host: Host): Map<number, Holder[]> {
  const holders = new Map<number, Holder[]>()
  for (const { pid, descriptors } of host.processes.values()) {
    for (const [fd, id] of descriptors) {
      const file = host.files.get(id)
      if (file === undefined || file.socket === -1) continue
      const known = holders.get(file.socket)
      if (known === undefined) holders.set(file.socket, [{ pid, fd }])
      else known.push({ pid, fd })
    }
  }
  return holders
}

/** The sockets that a person has in hand come first when there are too many to show; order of making otherwise. */
function shownSockets(host: Host, holders: ReadonlyMap<number, unknown>): Socket[] {
  const all = [...host.sockets.values()]
  if (all.length <= MAX_SOCKETS) return all
  const held = all.filter(({ id }) => holders.has(id)).slice(0, MAX_SOCKETS)
  const others = all.filter(({ id }) => !holders.has(id)).slice(0, MAX_SOCKETS - held.length)
  return [...held, ...others].toSorted((a, b) => a.id - b.id)
}

function viewSocket(host: Host, socket: Socket, holders: readonly Holder[], now: Micros): SocketView {
  const { tcb, listener } = socket
  return {
    id: socket.id,
    state: stateOf(socket),
    local: formatEndpoint(socket.local),
    remote: formatEndpoint(socket.remote),
    descriptors: holders.map((holder) => ({ ...holder })),
    parent: socket.parent,
    error: (tcb ?? socket.udp ?? socket.unix)?.error ?? '',
    shutdown: shutdownOf(socket),
    options: { ...socket.optionsSet },
    listener: listener === undefined ? null : viewListener(host, listener),
    tcb: tcb === undefined || listener !== undefined ? null : viewTcb(tcb, now),
    poll: viewPoll(host, socket),
    protocol: socket.protocol,
    udp: socket.udp === undefined ? null : viewUdp(socket.udp),
    unix: socket.unix === undefined ? null : viewUnix(host, socket.unix),
  }
}

/** What the application has shut, as far as TCP knows it. */
function shutdownOf({ tcb, listener, udp, unix }: Socket): SocketView['shutdown'] {
  const other = udp ?? unix
  if (other !== undefined) {
    if (other.sendShutdown) return other.receiveShutdown ? 'SHUT_RDWR' : 'SHUT_WR'
    return other.receiveShutdown ? 'SHUT_RD' : ''
  }
  if (tcb === undefined || listener !== undefined || tcb.state === 'CLOSED') return ''
  const read = tcb.receiveShutdown && !tcb.finReceived
  if (tcb.sendShutdown) return read ? 'SHUT_RDWR' : 'SHUT_WR'
  return read ? 'SHUT_RD' : ''
}

function formatEndpoint({ address, port }: Endpoint): string {
  return `${formatIpv4(address)}:${port}`
}

function viewListener(host: Host, listener: Listener): ListenerView {
  return {
    backlog: listener.backlog,
    synQueueLimit: synQueueRoom(host, listener),
    acceptQueueLimit: acceptQueueRoom(host, listener),
    synQueue: viewQueue(host, listener.synQueue),
    synQueueLength: listener.synQueue.size,
    acceptQueue: viewQueue(host, listener.acceptQueue),
    acceptQueueLength: listener.acceptQueue.size,
    drops: { ...listener.drops },
  }
}

function viewQueue(host: Host, queue: ReadonlyMap<number, QueueEntry>): QueueEntryView[] {
  const out: QueueEntryView[] = []
  for (const [id, { since }] of queue) {
    if (out.length === MAX_QUEUE_ENTRIES) break
    const child = host.sockets.get(id)
    if (child === undefined) continue
    const retries = child.queue === 'syn' ? (child.tcb?.totals.retransmits ?? 0) : 0
    out.push({ socket: id, remote: formatEndpoint(child.remote), since, retries })
  }
  return out
}

function viewProcess(host: Host, process: Process, now: Micros): ProcessView {
  const { pid, name, descriptors, parent, ended, interactive, signals } = process
  const table = [...descriptors].toSorted(([a], [b]) => a - b)
  const actions = Object.entries(signals).map(([signal, { action, restart }]) => {
    return [signal, restart ? `${action}, SA_RESTART` : action] as const
  })
  return {
    pid,
    name,
    descriptors: table.flatMap(([fd, id]) => {
      const file = host.files.get(id)
      return file === undefined ? [] : [viewDescriptor(host, fd, file)]
    }),
    threads: [...host.threads.values()]
      .filter((thread) => thread.pid === pid)
      .map((thread) => viewThread(host, thread, now)),
    parent,
    ended,
    interactive,
    signals: Object.fromEntries(actions.filter(([, action]) => action !== 'SIG_DFL')),
  }
}

function viewDescriptor(host: Host, fd: number, { id, socket, nonblock, special }: OpenFile): DescriptorView {
  let references = 0
  for (const { descriptors } of host.processes.values()) {
    for (const file of descriptors.values()) if (file === id) references++
  }
  return { fd, socket, nonblock, file: id, kind: special?.kind ?? 'socket', references }
}

function viewThread(host: Host, thread: Thread, now: Micros): ThreadView {
  const { blocked, state } = thread
  return {
    thread: thread.id,
    program: thread.program === -1 ? '' : host.programs[thread.program].name,
    current: currentStep(host, thread, now),
    blockedSince: blocked?.since ?? null,
    sleepingUntil: state === 'sleeping' && thread.wakesAt !== NEVER ? thread.wakesAt : null,
    calls: thread.history.map((call) => ({ ...call, returned: call.returned === null ? null : { ...call.returned } })),
    place: placeOf(host, thread),
    waitsFor: blocked?.reason ?? '',
    variables: { ...thread.variables },
    messages: thread.messages.map((message) => ({ ...message })),
  }
}

/** The line of the call that it is in, or of what it does next. */
function placeOf(host: Host, { program, state, pc, entry }: Thread): ThreadView['place'] {
  if (program === -1 || state === 'ended') return null
  const { code, lines, entries } = host.programs[program]
  // The counter is past a sleep while it lasts.
  const before = code.at(Math.max(0, pc - 1))
  const sleeps = state === 'sleeping' && (before?.op === 'sleep' || before?.op === 'sleepMs')
  const line = (sleeps ? before : code.at(pc))?.line ?? lines.length - 1
  return { program, line, entry: entries.find(({ at }) => at === entry)?.name ?? 'main' }
}

/** The call that it is in, or that comes next; of a loop, the first call in it. */
function currentStep(host: Host, thread: Thread, now: Micros): string {
  if (thread.state === 'ended') return ''
  if (thread.blocked !== undefined) return thread.blocked.text
  if (thread.state === 'sleeping') return `sleep until ${formatDuration(thread.wakesAt)}`
  if (thread.program === -1) return thread.call === undefined ? '' : callText(thread, thread.call)
  const { code } = host.programs[thread.program]
  for (let pc = thread.pc; pc < code.length; pc++) {
    const instruction = code[pc]
    if (instruction.op === 'call') return callText(thread, nextCall(thread, instruction, now))
    if (instruction.op === 'sleep') return `sleep ${formatDuration(instruction.micros)}`
    if (instruction.op === 'sleepMs') return 'sleep'
  }
  return ''
}

function callText(thread: Thread, call: NonNullable<Thread['call']>): string {
  return formatCall(call, 'fd' in call ? resolveFd(thread, call.fd) : -1, (name) => resolveFd(thread, name))
}
