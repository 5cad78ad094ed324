/**
 * A call as a line of a C program: with names for descriptors and expressions for amounts, where a trace has numbers. Calls are written
 * as the manual pages have them, less what says nothing here (address structures, lengths of what is pointed to).
 */
import { formatPollEvents } from '../trace'
import type { Expression, FdRef, StepCall } from '../trace'
import { formatExpr, formatPlace, parseExpression } from './expression'

const SHOWN_TEXT = 40

/** An expression as it stands in the text; what cannot be read stays as it is (the schema has refused it before). */
export function expressionText(source: Expression): string {
  const expr = parseExpression(source)
  return expr.ok ? formatExpr(expr.value) : String(source)
}

/** `send(conn, buf + 4, n, MSG_NOSIGNAL)` */
export function formatStepCall(call: StepCall): string {
  switch (call.call) {
    case 'socket':
      return `socket(AF_INET, SOCK_STREAM${call.nonblock === true ? ' | SOCK_NONBLOCK' : ''}, 0)`
    case 'bind':
      return `bind(${call.fd}, ${call.address ?? 'INADDR_ANY'}, ${expressionText(call.port)})`
    case 'listen':
      return `listen(${call.fd}, ${expressionText(call.backlog)})`
    case 'connect':
      return `connect(${call.fd}, ${call.address}, ${expressionText(call.port)})`
    case 'accept':
      return call.nonblock === true
        ? `accept4(${call.fd}, NULL, NULL, SOCK_NONBLOCK)`
        : `accept(${call.fd}, NULL, NULL)`
    case 'send':
      return `send(${call.fd}, ${sent(call)}, ${flags(call.flags)})`
    case 'recv': {
      const into = call.into === undefined ? 'scratch' : place(call.into, call.at)
      return `recv(${call.fd}, ${into}, ${expressionText(call.bytes)}, ${flags(call.flags)})`
    }
    case 'shutdown':
      return `shutdown(${call.fd}, ${call.how})`
    case 'setsockopt':
      return `setsockopt(${call.fd}, ${call.option}, ${call.value})`
    case 'getsockopt':
      return `getsockopt(${call.fd}, ${call.option})`
    case 'fcntl':
      return `fcntl(${call.fd}, F_SETFL, ${call.nonblock ? 'O_NONBLOCK' : '0'})`
    case 'poll':
      return `poll({${call.fds.map((it) => `${it.fd}: ${bits(it.events, 'POLL')}`).join(', ')}}, ${call.fds.length}, ${expressionText(call.timeoutMs)})`
    case 'epollCreate':
      return 'epoll_create1(0)'
    case 'epollCtl':
      return call.op === 'EPOLL_CTL_DEL'
        ? `epoll_ctl(${call.fd}, ${call.op}, ${call.target})`
        : `epoll_ctl(${call.fd}, ${call.op}, ${call.target}, ${bits(call.events, 'EPOLL')})`
    case 'epollWait':
      return `epoll_wait(${call.fd}, events, ${expressionText(call.most)}, ${expressionText(call.timeoutMs)})`
    case 'pipe':
      return call.nonblock === true ? 'pipe2(fds, O_NONBLOCK)' : 'pipe(fds)'
    default:
      return otherCall(call)
  }
}

function sent(call: Extract<StepCall, { call: 'send' }>): string {
  if (call.from !== undefined) return `${place(call.from, call.at)}, ${expressionText(call.bytes ?? 0)}`
  if (call.text === undefined) return `data, ${expressionText(call.bytes ?? 0)}`
  const text = call.text.length > SHOWN_TEXT ? `${call.text.slice(0, SHOWN_TEXT)}…` : call.text
  return `${JSON.stringify(text)}, ${call.text.length}`
}

function place(buffer: string, at: Expression | undefined): string {
  const expr = parseExpression(at ?? 0)
  return formatPlace(buffer, expr.ok ? expr.value : undefined)
}

function flags(names: readonly string[] | undefined): string {
  return names === undefined || names.length === 0 ? '0' : names.join(' | ')
}

function bits(events: Expression, prefix: 'POLL' | 'EPOLL'): string {
  return typeof events === 'number' ? formatPollEvents(events, prefix).replaceAll('|', ' | ') : expressionText(events)
}

/** Calls that need no words of their own: the name, then the arguments in order. */
function otherCall(call: StepCall): string {
  const { call: name, ...rest } = call
  const fields: readonly (readonly [string, unknown])[] = Object.entries(rest)
  const values = fields
    .filter(([key, value]) => key !== 'as' && value !== undefined && value !== false)
    .map(([, value]) => (typeof value === 'object' ? JSON.stringify(value) : String(value as FdRef)))
  return `${name}(${values.join(', ')})`
}
