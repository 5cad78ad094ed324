/** setsockopt, getsockopt, fcntl, ioctl. Values are compared as the script writes them. */
import { readableBytes } from '../../tcp'
import { SOCKET_OPTIONS } from '../../trace'
import type { OptionValue, SocketOption } from '../../trace'
import type { CallLine, Value } from '../syntax'
import { failAt, unsupportedAt } from './failure'
import { fileOf, socketOfFd } from './find'
import { immediate, liveFd, made } from './made'
import type { Made } from './made'
import { note } from './run'
import type { HostRun as Run } from './run'
import { CONSTANTS, field, optionalNumber, showValue, valueNames } from './values'

/** Options that change nothing which a script on one host can see. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  'IP_FREEBIND',
  'IP_MTU_DISCOVER',
  'IP_BIND_ADDRESS_NO_PORT',
  'IP_RECVERR',
  'IPV6_RECVERR',
  'SO_PRIORITY',
  'SO_MARK',
  'SO_BINDTODEVICE',
  'SO_INCOMING_CPU',
  'SO_BUSY_POLL',
  'TCP_INQ',
])

export function setsockopt(run: Run, line: number, call: CallLine): Made {
  const fd = liveFd(run, line, call.args[0])
  const name = optionName(call)
  const value = call.args[3]
  if (isKnown(name)) return made(run, { call: 'setsockopt', fd, option: name, value: optionValue(line, name, value) })
  if (!WITHOUT_EFFECT.has(name)) unsupportedAt(line, `the socket option ${name}`)
  note(run, `${name} has no effect here`)
  return fileOf(run, fd) === undefined ? immediate(-1, 'EBADF') : immediate(0)
}

export function getsockopt(run: Run, line: number, call: CallLine): Made {
  const fd = liveFd(run, line, call.args[0])
  const name = optionName(call)
  if (!isKnown(name)) return unsupportedAt(line, `the socket option ${name}`)
  return made(run, { call: 'getsockopt', fd, option: name }, (answer, text) => {
    if (answer.errno !== '') return
    const got = /\[(.*)\]\)$/.exec(text)?.[1] ?? ''
    const wanted = wantedOption(name, call.args[3])
    if (wanted !== undefined && wanted !== got) failAt(line, `${name} [${wanted}]`, `[${got}]`)
  })
}

function optionName(call: CallLine): string {
  return valueNames(call.args[2])[0] ?? showValue(call.args[2])
}

function isKnown(name: string): name is SocketOption {
  return SOCKET_OPTIONS.some((option) => option === name)
}

/** In the units of trace/calls.ts: linger in seconds or -1, timeouts in ms, names as text. */
function optionValue(line: number, name: SocketOption, value: Value | undefined): OptionValue {
  if (value?.kind === 'text') return value.value
  if (name === 'SO_LINGER') {
    const on = optionalNumber(field(value, 'onoff') ?? field(value, 'l_onoff')) ?? 0
    return on === 0 ? -1 : (optionalNumber(field(value, 'linger') ?? field(value, 'l_linger')) ?? 0)
  }
  if (name === 'SO_RCVTIMEO' || name === 'SO_SNDTIMEO') {
    const seconds = optionalNumber(field(value, 'tv_sec')) ?? 0
    return seconds * 1_000 + (optionalNumber(field(value, 'tv_usec')) ?? 0) / 1_000
  }
  return optionalNumber(value) ?? failAt(line, `a number for ${name}`, showValue(value))
}

/** The host's way of showing what the script expects; undefined where it expects nothing. */
function wantedOption(name: SocketOption, value: Value | undefined): string | undefined {
  if (value === undefined || value.kind === 'ellipsis') return undefined
  if (value.kind === 'text') return `"${value.value}"`
  if (name === 'SO_LINGER') {
    const on = optionalNumber(field(value, 'onoff') ?? field(value, 'l_onoff')) ?? 0
    const seconds = optionalNumber(field(value, 'linger') ?? field(value, 'l_linger')) ?? 0
    return on === 0 ? '{off, 0 s}' : `{on, ${seconds} s}`
  }
  const number = optionalNumber(value)
  if (number === undefined) return value.kind === 'list' ? valueNames(value.items[0])[0] : undefined
  return name === 'TCP_USER_TIMEOUT' ? `${number} ms` : String(number)
}

export function fcntl(run: Run, line: number, call: CallLine): Made {
  const fd = liveFd(run, line, call.args[0])
  const command = valueNames(call.args[1])[0]
  if (command === 'F_GETFL') {
    const file = fileOf(run, fd)
    if (file === undefined) return immediate(-1, 'EBADF')
    return immediate(CONSTANTS['O_RDWR'] | (file.nonblock ? CONSTANTS['O_NONBLOCK'] : 0))
  }
  if (command !== 'F_SETFL') return unsupportedAt(line, `fcntl() with ${command ?? 'a number'}`)
  return made(run, { call: 'fcntl', fd, nonblock: valueNames(call.args[2]).includes('O_NONBLOCK') })
}

/** SIOCINQ: bytes to read; SIOCOUTQ: bytes not acknowledged; SIOCOUTQNSD: bytes not sent (tcp_ioctl). */
export function ioctl(run: Run, line: number, call: CallLine): Made {
  const fd = liveFd(run, line, call.args[0])
  const request = valueNames(call.args[1])[0]
  const tcb = socketOfFd(run, fd)?.tcb
  if (fileOf(run, fd) === undefined) return immediate(-1, 'EBADF')
  if (tcb === undefined) return immediate(-1, 'EINVAL')
  const { snd } = tcb
  let got: number
  if (request === 'SIOCINQ' || request === 'FIONREAD') got = readableBytes(tcb)
  else if (request === 'SIOCOUTQ') got = Math.max(0, (snd.end - snd.una) | 0)
  else if (request === 'SIOCOUTQNSD') got = Math.max(0, (snd.end - snd.nxt) | 0)
  else return unsupportedAt(line, `ioctl() with ${request ?? 'a number'}`)
  const wanted = optionalNumber(call.args[2])
  return immediate(0, '', () => {
    if (wanted !== undefined && wanted !== got) failAt(line, `${request} [${wanted}]`, `[${got}]`)
  })
}
