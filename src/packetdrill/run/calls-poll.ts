/** poll and epoll: calls of the host, and what they found compared with what the script writes behind them. */
import type { CallLine, Value } from '../syntax'
import { failAt, unsupportedAt } from './failure'
import { liveFd, made } from './made'
import type { Made } from './made'
import { descriptorFrom } from './calls-connection'
import type { HostRun as Run } from './run'
import { field, optionalNumber, showValue, valueNames, valueNumber } from './values'

/** `poll([{fd=3, events=POLLIN, revents=POLLIN}], 1, 1000)`: the third argument is in milliseconds. */
export function poll(run: Run, line: number, call: CallLine): Made {
  const items = listOf(call.args[0])
  const fds = items.map((item) => ({
    fd: liveFd(run, line, field(item, 'fd')),
    events: optionalNumber(field(item, 'events')) ?? 0,
  }))
  const timeoutMs = valueNumber(line, call.args[2])
  return made(run, { call: 'poll', fds, timeoutMs }, (_answer, _text, output) => {
    if (output?.kind !== 'events') return
    output.events.forEach(({ events }, i) => verifyBits(line, 'revents', field(items[i], 'revents'), events))
  })
}

export function epollCreate(run: Run, _line: number, call: CallLine): Made {
  return descriptorFrom(run, call, made(run, { call: 'epollCreate' }), () => undefined)
}

/** `epoll_ctl(5, EPOLL_CTL_ADD, 4, {events=EPOLLIN|EPOLLET, fd=4})` */
export function epollCtl(run: Run, line: number, call: CallLine): Made {
  const op = valueNames(call.args[1])[0] ?? ''
  if (op !== 'EPOLL_CTL_ADD' && op !== 'EPOLL_CTL_MOD' && op !== 'EPOLL_CTL_DEL') {
    return unsupportedAt(line, `epoll_ctl() with ${op}`)
  }
  const [fd, target] = [liveFd(run, line, call.args[0]), liveFd(run, line, call.args[2])]
  const events = optionalNumber(field(call.args[3], 'events')) ?? 0
  return made(run, { call: 'epollCtl', fd, op, target, events, data: dataOf(call.args[3]) ?? 0 })
}

/** `epoll_wait(5, {events=EPOLLIN, fd=4}, 1, 0)`; several events stand in a list. */
export function epollWait(run: Run, line: number, call: CallLine): Made {
  const most = optionalNumber(call.args[2]) ?? 1
  const expected = call.args[1]?.kind === 'list' ? call.args[1].items : call.args.slice(1, 2)
  const wait = { fd: liveFd(run, line, call.args[0]), most, timeoutMs: valueNumber(line, call.args[3]) }
  return made(run, { call: 'epollWait', ...wait }, (_answer, _text, output) => {
    if (output?.kind !== 'events') return
    output.events.forEach(({ events, data }, i) => {
      verifyBits(line, 'events', field(expected[i], 'events'), events)
      const wanted = dataOf(expected[i])
      if (wanted !== undefined && wanted !== data) failAt(line, `the data of event ${i + 1} to be ${wanted}`, `${data}`)
    })
  })
}

/** epoll_event.data by any of its members. */
function dataOf(value: Value | undefined): number | undefined {
  const member = ['fd', 'u32', 'u64', 'ptr'].map((name) => field(value, name)).find((it) => it !== undefined)
  return optionalNumber(member)
}

function listOf(value: Value | undefined): readonly Value[] {
  return value?.kind === 'list' ? value.items : []
}

function verifyBits(line: number, what: string, wanted: Value | undefined, got: number): void {
  const bits = optionalNumber(wanted)
  if (bits === undefined || bits === got) return
  failAt(line, `${what} ${showValue(wanted)} (0x${bits.toString(16)})`, `0x${got.toString(16)}`)
}
