/**
 * Which system calls a host panel offers for a socket, with what arguments. Pure: a snapshot in,
 * rows out. Every call stays reachable for every socket, because the errno of a wrong call is a lesson too.
 */
import type { Call, CallView, FdRef, HostView, ProcessView, SocketCall, SocketView, ThreadView } from '../../trace'
import { grouped } from '../format'

/** Calls that work on a descriptor, in the order in which they are offered. */
export type OfferedCall =
  | Exclude<SocketCall['call'], 'socket' | 'rawSend' | 'socketpair' | 'unlink'>
  | Waiting['call']
  | Shared['call']

/** poll() and select() of one descriptor. */
type Waiting =
  | { readonly call: 'poll'; readonly events: string; readonly timeoutMs: number }
  | { readonly call: 'select'; readonly sets: readonly ('read' | 'write' | 'except')[]; readonly timeoutMs: number }
type Shared = { readonly call: 'dup' } | { readonly call: 'dup2'; readonly to: FdRef }

export const ALL_CALLS: readonly OfferedCall[] = [
  'bind',
  'listen',
  'connect',
  'accept',
  'send',
  'recv',
  'sendto',
  'recvfrom',
  'shutdown',
  'close',
  'setsockopt',
  'getsockopt',
  'fcntl',
  'dup',
  'dup2',
  'poll',
  'select',
  'getsockname',
  'getpeername',
]

const UNCONNECTED: readonly OfferedCall[] = ['bind', 'listen', 'connect', 'close', 'setsockopt']
const LISTENING: readonly OfferedCall[] = ['accept', 'close', 'setsockopt']
const CONNECTED: readonly OfferedCall[] = ['send', 'recv', 'shutdown', 'close', 'setsockopt']

const DATAGRAM: readonly OfferedCall[] = ['bind', 'connect', 'sendto', 'recvfrom', 'close', 'setsockopt']
const DATAGRAM_CONNECTED: readonly OfferedCall[] = [
  'connect',
  'send',
  'recv',
  'sendto',
  'recvfrom',
  'close',
  'setsockopt',
]

/** A call with everything but the descriptor. */
export type Draft =
  | (SocketCall extends infer C ? (C extends { readonly fd: unknown } ? Omit<C, 'fd'> : never) : never)
  | Waiting
  | Shared
export type Drafts = Readonly<Record<OfferedCall, Draft>>

/** The calls to offer for a socket: what its state asks for, and what was called on it before. */
export function offeredCalls(socket: SocketView, called: { has(name: string): boolean }): readonly OfferedCall[] {
  const asked = askedFor(socket)
  return ALL_CALLS.filter((name) => asked.includes(name) || called.has(name))
}

function askedFor(socket: SocketView): readonly OfferedCall[] {
  if (socket.unix !== null) return askedOfUnix(socket.unix)
  if (socket.udp !== null) return socket.udp.connected ? DATAGRAM_CONNECTED : DATAGRAM
  if (socket.listener !== null) return LISTENING
  return socket.state === 'CLOSED' ? UNCONNECTED : CONNECTED
}

function askedOfUnix({ type, state }: NonNullable<SocketView['unix']>): readonly OfferedCall[] {
  if (type === 'dgram') return state === 'connected' ? DATAGRAM_CONNECTED : DATAGRAM
  if (state === 'listening') return LISTENING
  return state === 'connected' ? CONNECTED : UNCONNECTED
}

/** The same for a UDP socket: the port that takes datagrams, and an option that means something. */
export function udpDrafts(drafts: Drafts): Drafts {
  const { sendto, connect } = drafts
  const port = sendto.call === 'sendto' ? (sendto.port ?? 53) : 53
  return {
    ...drafts,
    bind: { call: 'bind', port: 53 },
    connect: connect.call === 'connect' ? { ...connect, port } : connect,
    setsockopt: { call: 'setsockopt', option: 'SO_RCVBUF', value: 4_096 },
  }
}

/** The same for a Unix socket: paths in place of addresses. */
export function unixDrafts(host: HostView, drafts: Drafts): Drafts {
  const bound = host.sockets.find(({ unix }) => unix !== null && unix.path !== '' && unix.state !== 'connected')
  const path = bound?.unix?.path ?? '/tmp/server.sock'
  return {
    ...drafts,
    bind: { call: 'bind', path: '/tmp/server.sock', port: 0 },
    connect: { call: 'connect', path, address: '0.0.0.0', port: 0 },
    sendto: { call: 'sendto', bytes: 100, path },
    setsockopt: { call: 'setsockopt', option: 'SO_SNDBUF', value: 4_608 },
  }
}

/** Arguments to begin with: the peer's address and the port it listens on, amounts that fit a lesson. */
export function firstDrafts(host: HostView, hosts: readonly HostView[]): Drafts {
  const peer =
    hosts.find((other) => other.index !== host.index && other.role === 'server') ??
    hosts.find((other) => other.index !== host.index)
  const listener = peer?.sockets.find((socket) => socket.listener !== null)
  const port = Number(listener?.local.split(':')[1] ?? 80)
  return {
    bind: { call: 'bind', port: 80 },
    listen: { call: 'listen', backlog: 4 },
    connect: { call: 'connect', address: peer?.address ?? host.address, port },
    accept: { call: 'accept' },
    send: { call: 'send', bytes: 1000 },
    recv: { call: 'recv', bytes: 4096 },
    sendto: { call: 'sendto', bytes: 100, address: peer?.address ?? host.address, port: datagramPort(peer) },
    recvfrom: { call: 'recvfrom', bytes: 4096 },
    shutdown: { call: 'shutdown', how: 'SHUT_WR' },
    close: { call: 'close' },
    setsockopt: { call: 'setsockopt', option: 'TCP_NODELAY', value: 1 },
    getsockopt: { call: 'getsockopt', option: 'SO_ERROR' },
    fcntl: { call: 'fcntl', nonblock: true },
    dup: { call: 'dup' },
    dup2: { call: 'dup2', to: 10 },
    poll: { call: 'poll', events: 'POLLIN', timeoutMs: -1 },
    select: { call: 'select', sets: ['read'], timeoutMs: -1 },
    getsockname: { call: 'getsockname' },
    getpeername: { call: 'getpeername' },
  }
}

/** The first port at which a host takes datagrams. */
function datagramPort(host: HostView | undefined): number {
  const socket = host?.sockets.find(({ udp, local }) => udp !== null && !local.endsWith(':0'))
  return Number(socket?.local.split(':')[1] ?? 53)
}

/** The draft as a call on a descriptor. */
export function callOf(draft: Draft, fd: number): Call {
  if (draft.call === 'poll') return { call: 'poll', fds: [{ fd, events: draft.events }], timeoutMs: draft.timeoutMs }
  if (draft.call !== 'select') return { ...draft, fd }
  const { sets, timeoutMs } = draft
  return { call: 'select', ...Object.fromEntries(sets.map((set) => [set, [fd]])), timeoutMs }
}

/** The arguments, as briefly as they can be read. */
export function argumentText(draft: Draft): string {
  switch (draft.call) {
    case 'bind':
      return draft.path ?? `${draft.address ?? '*'}:${draft.port}`
    case 'connect':
      return draft.family ?? draft.path ?? `${draft.address}:${draft.port}`
    case 'listen':
      return String(draft.backlog)
    case 'send':
      return withFlags(contentText(draft), draft.flags)
    case 'recv':
    case 'recvfrom':
      return withFlags(`${draft.bytes} B`, draft.flags)
    case 'sendto':
      return withFlags(`${contentText(draft)} → ${draft.path ?? `${draft.address}:${draft.port}`}`, draft.flags)
    case 'shutdown':
      return draft.how
    case 'setsockopt':
      return `${draft.option.replace(/^(SO|TCP)_/, '')} ${draft.value}`
    case 'getsockopt':
      return draft.option.replace(/^(SO|TCP)_/, '')
    case 'fcntl':
      return draft.nonblock ? 'O_NONBLOCK' : 'blocking'
    case 'dup2':
      return String(draft.to)
    case 'poll':
      return `${draft.events.replaceAll('POLL', '').replaceAll('|', ' ')} ${draft.timeoutMs}`
    case 'select':
      return `${draft.sets.join(' ')} ${draft.timeoutMs}`
    case 'accept':
      return draft.nonblock === true ? 'SOCK_NONBLOCK' : '0'
    case 'close':
    case 'dup':
    case 'getsockname':
    case 'getpeername':
      return ''
  }
}

/** What a call gave back: its value, and with it what it wrote where the caller pointed to: an option, an address. `= 0 [ECONNREFUSED]`. */
export function returnedText({ name, call, returned }: CallView): string {
  if (returned === null) return ''
  if (returned.errno !== '') return `${returned.value} ${returned.errno}`
  if (!WRITES.has(name)) return `= ${grouped(returned.value)}`
  return `= ${/\[(.*)\]/.exec(call)?.[1] ?? String(returned.value)}`
}

/** Calls that return 0 and write their answer, which their text then has in brackets. */
const WRITES: ReadonlySet<string> = new Set(['getsockopt', 'getsockname', 'getpeername'])

function contentText({ text, bytes }: { readonly text?: string; readonly bytes?: number }): string {
  return text === undefined ? `${bytes ?? 0} B` : `"${text}"`
}

function withFlags(text: string, flags: readonly string[] | undefined): string {
  return flags === undefined || flags.length === 0 ? text : `${text} ${flags.join('|')}`
}

/** Threads of programs, without those that a click made. */
export function programThreads(process: ProcessView): readonly ThreadView[] {
  return process.threads.filter((thread) => thread.program !== '')
}
