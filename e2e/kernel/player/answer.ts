/** What a call returned on the kernel as the runner compares it, and what it wrote for its caller against what the script says of that. */
import { failAt, optionalNumber, recordField as field, showValue, unsupportedAt } from '../../../src/packetdrill'
import type { Answer, CallLine, Value } from '../../../src/packetdrill'
import type { CallOutput, Returned } from './channel'

const DESCRIPTOR = new Set(['socket', 'accept', 'accept4', 'open', 'epoll_create', 'epoll_create1'])

/** A number as a script writes it; undefined for dots and names that are not known. */
export function scriptNumber(value: Value | undefined): number | undefined {
  return optionalNumber(value)
}

export function answerOf(line: number, call: CallLine, { value = -1, errno = '', out }: Returned): Answer {
  const kind = DESCRIPTOR.has(call.name) ? 'descriptor' : 'value'
  const check = (): void => {
    if (out !== null && out !== undefined && value >= 0) verifyOutput(line, call, out)
  }
  return { kind, value, errno, check }
}

function verifyOutput(line: number, call: CallLine, out: CallOutput): void {
  switch (call.name) {
    case 'getsockopt':
      verifyOption(line, call, out)
      break
    case 'ioctl':
      verifyNumber(line, showValue(call.args[1]), optionalNumber(call.args[2]), out.number ?? 0)
      break
    case 'poll':
      verifyEvents(line, 'revents', itemsOf(call.args[0]), out.revents ?? [])
      break
    case 'epoll_wait':
      verifyEvents(line, 'events', itemsOf(call.args[1]), out.revents ?? [])
      break
    case 'getsockname':
    case 'getpeername':
      verifyName(line, call.args[1], out)
      break
    case 'recvmsg':
      verifyMessage(line, call.args[1], out)
  }
}

function itemsOf(value: Value | undefined): readonly Value[] {
  return value?.kind === 'list' ? value.items : value === undefined ? [] : [value]
}

function verifyNumber(line: number, what: string, wanted: number | undefined, got: number): void {
  if (wanted !== undefined && wanted >>> 0 !== got >>> 0) failAt(line, `${what} [${wanted}]`, `[${got}]`)
}

function verifyEvents(line: number, name: string, wanted: readonly Value[], got: readonly number[]): void {
  wanted.forEach((item, i) => {
    const bits = optionalNumber(field(item, name))
    if (bits !== undefined && i < got.length && bits !== got[i]) {
      failAt(line, `${name} 0x${bits.toString(16)}`, `0x${(got[i] ?? 0).toString(16)}`)
    }
  })
}

function verifyName(line: number, wanted: Value | undefined, { port = 0, address = '' }: CallOutput): void {
  verifyNumber(line, 'sin_port', optionalNumber(field(wanted, 'sin_port')), port)
  const host = field(wanted, 'sin_addr')
  const expected = host?.kind === 'apply' ? host.items[0] : undefined
  if (expected?.kind === 'text' && expected.value !== address) failAt(line, `sin_addr ${expected.value}`, address)
}

function verifyOption(line: number, call: CallLine, out: CallOutput): void {
  const wanted = call.args[3]
  const name = showValue(call.args[2])
  const bytes = Buffer.from(out.bytes ?? '', 'hex')
  if (wanted === undefined || wanted.kind === 'ellipsis') return
  const items = itemsOf(wanted)
  if (wanted.kind === 'text' || items[0]?.kind === 'text') {
    const text = bytes.toString('latin1').replace(/\0.*$/s, '')
    const expected = wanted.kind === 'text' ? wanted.value : showValue(items[0]).slice(1, -1)
    if (text !== expected.replace(/\0.*$/s, '')) failAt(line, `${name} "${expected}"`, `"${text}"`)
    return
  }
  const record = wanted.kind === 'record' ? wanted : items[0]
  if (record?.kind === 'record') {
    const wide = field(record, 'tv_sec') !== undefined
    const size = wide ? 8 : 4
    const parts = Object.entries(record.fields)
    parts.forEach(([part, value], i) => {
      const got = wide ? Number(bytes.readBigInt64LE(i * size)) : bytes.readInt32LE(i * size)
      verifyNumber(line, `${name} ${part}`, optionalNumber(value), got)
    })
    return
  }
  if (bytes.length < 4) return
  verifyNumber(line, name, optionalNumber(wanted), bytes.readUInt32LE(0))
}

/** Control messages in their order, as far as the script names them. */
function verifyMessage(line: number, message: Value | undefined, out: CallOutput): void {
  const flags = optionalNumber(field(message, 'msg_flags'))
  // MSG_CMSG_CLOEXEC and the like are not of the message.
  if (flags !== undefined && flags !== (out.flags ?? 0)) failAt(line, `msg_flags ${flags}`, String(out.flags))
  const wanted = itemsOf(field(message, 'msg_control')).filter((item) => item.kind === 'record')
  const got = out.control ?? []
  wanted.forEach((item, i) => {
    const type = showValue(field(item, 'cmsg_type'))
    if (type !== 'TCP_CM_INQ') unsupportedAt(line, `the control message ${type}`)
    if (got[i] === undefined) failAt(line, `a control message ${type}`, 'none')
    verifyNumber(line, type, optionalNumber(field(item, 'cmsg_data')), Buffer.from(got[i].data, 'hex').readUInt32LE(0))
  })
}
