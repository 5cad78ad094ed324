/** A call as C would write it, with its symbolic names; strace's habits, lengths in place of contents. */
import { utf8Bytes } from '../base'
import { formatPollEvents, parsePollEvents } from '../trace'
import type { Call, EventMask, FdRef, FileCall, OptionValue, ProcessCall, SocketOption } from '../trace'

const SHOWN_TEXT = 24

/** What a reference other than the first means: its number, where that is known. */
type Named = (reference: FdRef) => FdRef

/** `send(3, 43440 B)`; `fd` is the descriptor that the call's reference means. */
export function formatCall(call: Call, fd: number, named: Named = (reference) => reference): string {
  switch (call.call) {
    case 'socket':
      return `socket(${call.domain ?? 'AF_INET'}, ${call.type ?? 'SOCK_STREAM'}${call.nonblock === true ? ' | SOCK_NONBLOCK' : ''})`
    case 'bind':
      return `bind(${fd}, ${call.path === undefined ? `${call.address ?? '0.0.0.0'}:${call.port}` : quoted(call.path)})`
    case 'listen':
      return `listen(${fd}, ${call.backlog})`
    case 'connect':
      return `connect(${fd}, ${call.family ?? formatTarget(call)})`
    case 'accept':
      return call.nonblock === true ? `accept4(${fd}, SOCK_NONBLOCK)` : `accept(${fd})`
    case 'send':
      return `send(${fd}, ${formatContent(call.text, call.bytes)}${formatFlags(call.flags)})`
    case 'recv':
      return `recv(${fd}, ${call.bytes} B${formatFlags(call.flags)})`
    case 'sendto':
      return `sendto(${fd}, ${formatContent(call.text, call.bytes)}${formatFlags(call.flags)}${hasTarget(call) ? `, ${formatTarget(call)}` : ''})`
    case 'recvfrom':
      return `recvfrom(${fd}, ${call.bytes} B${formatFlags(call.flags)}${call.from === undefined ? '' : `, &${call.from}`})`
    case 'socketpair':
      return `socketpair(AF_UNIX, ${call.type ?? 'SOCK_STREAM'}${call.nonblock === true ? ' | SOCK_NONBLOCK' : ''})`
    case 'unlink':
      return `unlink(${quoted(call.path)})`
    case 'shutdown':
      return `shutdown(${fd}, ${call.how})`
    case 'close':
      return `close(${fd})`
    case 'setsockopt':
      return `setsockopt(${fd}, ${call.option}, ${formatOption(call.option, call.value)})`
    case 'getsockopt':
      return `getsockopt(${fd}, ${call.option})`
    case 'fcntl':
      return `fcntl(${fd}, F_SETFL, ${call.nonblock ? 'O_NONBLOCK' : '0'})`
    case 'getsockname':
    case 'getpeername':
      return `${call.call}(${fd})`
    case 'rawSend':
      return `sendto(raw, ${call.src}:${call.srcPort} > ${call.dst}:${call.dstPort} [${call.flags}])`
    case 'dup':
    case 'dup2':
    case 'fork':
    case 'exit':
    case 'waitpid':
    case 'kill':
    case 'signal':
      return formatProcessCall(call, fd, named)
    default:
      return formatFileCall(call, fd, named)
  }
}

/** recvfrom() once it has its answer: what came, and from whom, as strace shows it. */
export function formatReceived(
  { bytes, flags }: Extract<Call, { call: 'recvfrom' }>,
  fd: number,
  preview: string,
  from: string,
): string {
  const shown = preview.length > SHOWN_TEXT ? `${preview.slice(0, SHOWN_TEXT)}…` : preview
  return `recvfrom(${fd}, ${JSON.stringify(shown)}, ${bytes} B${formatFlags(flags)}, ${from})`
}

function formatProcessCall(call: ProcessCall, fd: number, named: Named): string {
  switch (call.call) {
    case 'dup':
      return `dup(${fd})`
    case 'dup2':
      return `dup2(${fd}, ${named(call.to)})`
    case 'fork':
      return 'fork()'
    case 'exit':
      return `_exit(${call.status ?? 0})`
    case 'waitpid':
      return `waitpid(${named(call.pid)}, &status, ${call.nohang === true ? 'WNOHANG' : '0'})`
    case 'kill':
      return `kill(${named(call.pid)}, ${call.signal})`
    case 'signal':
      return `sigaction(${call.signal}, ${call.action}${call.restart === true ? ' | SA_RESTART' : ''})`
  }
}

interface Target {
  readonly address?: string
  readonly port?: number
  readonly path?: string
  readonly to?: string
}

function hasTarget({ address, path, to }: Target): boolean {
  return address !== undefined || path !== undefined || to !== undefined
}

function formatTarget({ address, port, path, to }: Target): string {
  if (to !== undefined) return `&${to}`
  return path === undefined ? `${address}:${port}` : quoted(path)
}

function quoted(path: string): string {
  return JSON.stringify(path)
}

function formatFileCall(call: FileCall, fd: number, named: Named): string {
  switch (call.call) {
    case 'poll': {
      const fds = call.fds.map((it) => `{fd=${named(it.fd)}, events=${formatMask(it.events, 'POLL')}}`)
      return `poll([${fds.join(', ')}], ${call.fds.length}, ${call.timeoutMs})`
    }
    case 'select': {
      const [read, write, except] = [call.read, call.write, call.except].map((set) => formatSet(set?.map(named)))
      return `select(${read}, ${write}, ${except}, ${call.timeoutMs < 0 ? 'NULL' : `${call.timeoutMs} ms`})`
    }
    case 'epollCreate':
      return 'epoll_create1(0)'
    case 'epollCtl':
      return `epoll_ctl(${fd}, ${call.op}, ${named(call.target)}, {events=${formatMask(call.events, 'EPOLL')}, data=${call.data ?? named(call.target)}})`
    case 'epollWait':
      return `epoll_wait(${fd}, events, ${call.most}, ${call.timeoutMs})`
    case 'pipe':
      return call.nonblock === true ? 'pipe2(fds, O_NONBLOCK)' : 'pipe(fds)'
    case 'splice':
      return `splice(${fd}, NULL, ${call.to}, NULL, ${call.bytes}, ${call.more === true ? 'SPLICE_F_MORE' : '0'})`
  }
}

function formatMask(events: EventMask, prefix: 'POLL' | 'EPOLL'): string {
  return formatPollEvents(parsePollEvents(events) ?? 0, prefix)
}

function formatSet(set: readonly FdRef[] | undefined): string {
  return set === undefined || set.length === 0 ? 'NULL' : `[${set.join(' ')}]`
}

/** The call once it has its answer: getsockopt shows the value that it was after. */
export function formatAnswer(option: SocketOption, fd: number, value: OptionValue): string {
  return `getsockopt(${fd}, ${option}, [${formatOption(option, value)}])`
}

function formatContent(text: string | undefined, bytes: number | undefined): string {
  if (text === undefined) return `${bytes ?? 0} B`
  const shown = text.length > SHOWN_TEXT ? `${text.slice(0, SHOWN_TEXT)}…` : text
  return `${JSON.stringify(shown)}, ${utf8Bytes(text).length} B`
}

function formatFlags(flags: readonly string[] | undefined): string {
  return flags === undefined || flags.length === 0 ? '' : `, ${flags.join(' | ')}`
}

function formatOption(option: SocketOption, value: OptionValue): string {
  if (typeof value === 'string') return option === 'TCP_CONGESTION' ? `"${value}"` : value
  switch (option) {
    case 'SO_LINGER':
      return value < 0 ? '{off, 0 s}' : `{on, ${value} s}`
    case 'SO_RCVTIMEO':
    case 'SO_SNDTIMEO':
    case 'TCP_USER_TIMEOUT':
      return `${value} ms`
    default:
      return String(value)
  }
}
