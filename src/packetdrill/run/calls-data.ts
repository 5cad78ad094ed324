/** Calls that move bytes. Contents do not matter to a script, so they are given by length. */
import { readableBytes } from '../../tcp'
import type { CallLine, Value } from '../syntax'
import { failAt, unsupportedAt } from './failure'
import { socketOfFd } from './find'
import { immediate, liveFd, made } from './made'
import type { Made } from './made'
import type { HostRun as Run } from './run'
import { verifyReport } from './error-queue'
import { field, optionalNumber, valueNames, valueNumber } from './values'

const SEND_FLAGS: ReadonlySet<string> = new Set([
  'MSG_DONTWAIT',
  'MSG_MORE',
  'MSG_NOSIGNAL',
  'MSG_OOB',
  'MSG_EOR',
  'MSG_ZEROCOPY',
])
const RECV_FLAGS: ReadonlySet<string> = new Set([
  'MSG_DONTWAIT',
  'MSG_PEEK',
  'MSG_WAITALL',
  'MSG_TRUNC',
  'MSG_ERRQUEUE',
  'MSG_OOB',
])

export function write(run: Run, line: number, call: CallLine): Made {
  return output(run, line, call, valueNumber(line, call.args[2]), [])
}

export function send(run: Run, line: number, call: CallLine): Made {
  return output(run, line, call, valueNumber(line, call.args[2]), valueNames(call.args[3]))
}

export function writev(run: Run, line: number, call: CallLine): Made {
  return output(run, line, call, vectorLength(call.args[1]), [])
}

export function sendmsg(run: Run, line: number, call: CallLine): Made {
  const flags = valueNames(call.args[2])
  return output(run, line, call, vectorLength(field(call.args[1], 'msg_iov')), flags)
}

function output(run: Run, line: number, call: CallLine, bytes: number, flags: readonly string[]): Made {
  refuseUnknown(line, flags, SEND_FLAGS)
  return made(run, { call: 'send', fd: liveFd(run, line, call.args[0]), bytes, flags, ...badAddress(call) })
}

/** A file of a script: its contents do not matter, and it is as long as anyone asks. */
export function open(run: Run, _line: number, call: CallLine): Made {
  if (call.result !== undefined) run.files.add(call.result)
  return immediate(call.result ?? 0)
}

/** `sendfile(4, 5, [0], 1000)`: as a write of so many bytes. */
export function sendfile(run: Run, line: number, call: CallLine): Made {
  return output(run, line, call, valueNumber(line, call.args[3]), [])
}

export function read(run: Run, line: number, call: CallLine): Made {
  return input(run, line, call, valueNumber(line, call.args[2]), [])
}

export function recv(run: Run, line: number, call: CallLine): Made {
  return input(run, line, call, valueNumber(line, call.args[2]), valueNames(call.args[3]))
}

export function readv(run: Run, line: number, call: CallLine): Made {
  return input(run, line, call, vectorLength(call.args[1]), [])
}

export function recvmsg(run: Run, line: number, call: CallLine): Made {
  const message = call.args[1]
  const flags = valueNames(call.args[2])
  const fd = liveFd(run, line, call.args[0])
  const bytes = vectorLength(field(message, 'msg_iov'))
  if (flags.includes('MSG_ERRQUEUE')) {
    return made(run, { call: 'recv', fd, bytes, flags }, (_answer, _text, written) =>
      verifyReport(run, line, message, written),
    )
  }
  const result = input(run, line, call, bytes, flags)
  const control = field(message, 'msg_control')
  if (control?.kind !== 'list' || control.items.length === 0) return result
  const answer = result.answer()
  if (answer === undefined) return result
  // TCP_INQ says what is left to read, and one more where the end of the stream is next.
  const tcb = socketOfFd(run, fd)?.tcb
  const left = tcb === undefined ? 0 : readableBytes(tcb) + Number(readableBytes(tcb) === 0 && tcb.finReceived)
  const check = (): void => verifyControl(line, control.items, left)
  return { ...result, answer: () => ({ ...answer, check }) }
}

function verifyControl(line: number, items: readonly Value[], left: number): void {
  for (const item of items) {
    const type = valueNames(field(item, 'cmsg_type'))[0] ?? ''
    if (type !== 'TCP_CM_INQ') unsupportedAt(line, `the control message ${type}`)
    const wanted = optionalNumber(field(item, 'cmsg_data'))
    if (wanted !== undefined && wanted !== left) failAt(line, `TCP_CM_INQ ${wanted}`, String(left))
  }
}

function input(run: Run, line: number, call: CallLine, bytes: number, flags: readonly string[]): Made {
  refuseUnknown(line, flags, RECV_FLAGS)
  return made(run, { call: 'recv', fd: liveFd(run, line, call.args[0]), bytes, flags, ...badAddress(call) })
}

/** `write(4, NULL, 1000)`: an address that is none of the process's. */
function badAddress(call: CallLine): { badAddress?: boolean } {
  return valueNames(call.args[1]).includes('NULL') ? { badAddress: true } : {}
}

/** `splice(4, NULL, 6, NULL, 99, SPLICE_F_NONBLOCK)` */
export function splice(run: Run, line: number, call: CallLine): Made {
  const flags = valueNames(call.args[5])
  return made(run, {
    call: 'splice',
    fd: liveFd(run, line, call.args[0]),
    to: liveFd(run, line, call.args[2]),
    bytes: valueNumber(line, call.args[4]),
    nonblock: flags.includes('SPLICE_F_NONBLOCK'),
    more: flags.includes('SPLICE_F_MORE'),
  })
}

function refuseUnknown(line: number, flags: readonly string[], known: ReadonlySet<string>): void {
  const unknown = flags.find((flag) => !known.has(flag))
  if (unknown !== undefined) unsupportedAt(line, `the flag ${unknown}`)
}

/** Sum of the lengths in `[{..., 100}, {..., 200}]`. */
function vectorLength(value: Value | undefined): number {
  if (value?.kind !== 'list') return 0
  return value.items.reduce((sum, item) => {
    const length = item.kind === 'record' ? (field(item, 'iov_len') ?? item.items[1]) : undefined
    return sum + (optionalNumber(length) ?? 0)
  }, 0)
}
