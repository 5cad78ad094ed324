/** setsockopt, getsockopt, fcntl, ioctl. Values are compared as the script writes them. */
import { atMark, readableBeforeMark } from '../../tcp'
import { SOCKET_OPTIONS } from '../../trace'
import type { OptionValue, SocketOption } from '../../trace'
import { SYN } from '../../wire'
import type { CallLine, Value } from '../syntax'
import { failAt, unsupportedAt } from './failure'
import { fileOf, socketOfFd } from './find'
import type { HostSocket } from './find'
import { immediate, liveFd, made } from './made'
import type { Made } from './made'
import { note } from './run'
import type { HostRun as Run } from './run'
import { scriptNumbers } from './script-numbers'
import { CONSTANTS, field, optionalNumber, showValue, valueNames } from './values'

/** Options that change nothing which a script on one host can see: they are kept, and can be had back. Values are those before they are set. */
const KEPT: Readonly<Record<string, number>> = {
  IP_FREEBIND: 0,
  IP_TRANSPARENT: 0,
  IP_BIND_ADDRESS_NO_PORT: 0,
  IPV6_RECVERR: 0,
  IP_RECVTOS: 0,
  IP_RECVTTL: 0,
  SO_DEBUG: 0,
  SO_BROADCAST: 0,
  SO_DONTROUTE: 0,
  SO_TIMESTAMP: 0,
  SO_TIMESTAMPNS: 0,
  SO_PRIORITY: 0,
  SO_MARK: 0,
  SO_BINDTODEVICE: 0,
  SO_INCOMING_CPU: 0,
  SO_BUSY_POLL: 0,
  SO_PREFER_BUSY_POLL: 0,
  SO_TXREHASH: 1,
  SO_RESERVE_MEM: 0,
  TCP_INQ: 0,
  TCP_SAVE_SYN: 0,
  TCP_FASTOPEN: 0,
  TCP_FASTOPEN_NO_COOKIE: 0,
  TCP_TX_DELAY: 0,
}
/** Options of which a socket only says what they are: SOCK_STREAM, IPPROTO_TCP, AF_INET, and what Linux answers for SO_SNDLOWAT. */
const TOLD: Readonly<Record<string, number>> = { SO_TYPE: 1, SO_PROTOCOL: 6, SO_DOMAIN: 2, SO_SNDLOWAT: 1 }

export function setsockopt(run: Run, line: number, call: CallLine): Made {
  const fd = liveFd(run, line, call.args[0])
  const name = optionName(call)
  const value = call.args[3]
  if (isKnown(name)) return made(run, { call: 'setsockopt', fd, option: name, value: optionValue(line, name, value) })
  if (fileOf(run, fd) === undefined) return immediate(-1, 'EBADF')
  if (Object.hasOwn(TOLD, name)) return immediate(-1, 'ENOPROTOOPT')
  if (!Object.hasOwn(KEPT, name)) unsupportedAt(line, `the socket option ${name}`)
  if (name.startsWith('TCP_FASTOPEN') && opensFast(run)) unsupportedAt(line, 'TCP Fast Open')
  note(run, `${name} has no effect here`)
  run.kept.set(`${fd} ${name}`, optionalNumber(value) ?? 0)
  return immediate(0)
}

/** Whether a script does more about Fast Open than to allow it: sends data with a SYN, or a cookie. */
function opensFast({ script }: Run): boolean {
  return script.events.some(({ what }) => {
    if (what.kind === 'call') return what.call.args.some((arg) => valueNames(arg).includes('MSG_FASTOPEN'))
    if (what.kind !== 'inbound' && what.kind !== 'outbound') return false
    const { flags, length, options } = what.packet
    return (
      (flags & SYN) !== 0 &&
      (length > 0 || (options !== 'any' && options.some((item) => item.kind === 'other' && item.name.startsWith('FO'))))
    )
  })
}

/** What an option that is kept or only told has; undefined for any other. */
function keptOption(run: Run, fd: number, name: string): number | undefined {
  if (name === 'SO_ACCEPTCONN') return Number(socketOfFd(run, fd)?.listener !== undefined)
  if (Object.hasOwn(TOLD, name)) return TOLD[name]
  return run.kept.get(`${fd} ${name}`) ?? (Object.hasOwn(KEPT, name) ? KEPT[name] : undefined)
}

/** `getsockopt(4, SOL_TCP, TCP_INFO, {tcpi_state=..., ...}, [..])`: the fields that the script names. */
function getTcpInfo(run: Run, line: number, fd: number, value: Value | undefined): Made {
  const socketRecord = socketOfFd(run, fd)
  if (socketRecord === undefined) return immediate(-1, 'EBADF')
  const { tcb } = socketRecord
  const fields = value?.kind === 'record' ? Object.entries(value.fields) : []
  if (fields.length > 0 && tcb === undefined) unsupportedAt(line, 'TCP_INFO of a socket that was never opened')
  const info = tcb === undefined ? {} : scriptNumbers(tcb, run.machine.now, run.machine.host.sysctl)
  return immediate(0, '', () => {
    for (const [name, wanted] of fields) {
      const number = optionalNumber(wanted)
      if (number === undefined) continue
      if (!Object.hasOwn(info, name)) unsupportedAt(line, `the field ${name} of TCP_INFO`)
      if (info[name] !== number) failAt(line, `${name} ${number}`, String(info[name]))
    }
  })
}

export function getsockopt(run: Run, line: number, call: CallLine): Made {
  const fd = liveFd(run, line, call.args[0])
  const name = optionName(call)
  if (fileOf(run, fd) === undefined) return immediate(-1, 'EBADF')
  if (name === 'TCP_INFO') return getTcpInfo(run, line, fd, call.args[3])
  if (!isKnown(name)) {
    const got = keptOption(run, fd, name)
    if (got === undefined) return unsupportedAt(line, `the socket option ${name}`)
    const wanted = optionalNumber(call.args[3])
    return immediate(0, '', () => {
      if (wanted !== undefined && wanted !== got) failAt(line, `${name} [${wanted}]`, `[${got}]`)
    })
  }
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
  if (command === 'F_GETFD' || command === 'F_SETFD') {
    // A script has one process and never calls exec().
    return fileOf(run, fd) === undefined ? immediate(-1, 'EBADF') : immediate(call.result ?? 0)
  }
  if (command !== 'F_SETFL') return unsupportedAt(line, `fcntl() with ${command ?? 'a number'}`)
  return made(run, { call: 'fcntl', fd, nonblock: valueNames(call.args[2]).includes('O_NONBLOCK') })
}

/** SIOCATMARK: whether the next byte is the urgent one; SIOCINQ: bytes to read, up to that; SIOCOUTQ: bytes not acknowledged; SIOCOUTQNSD: bytes not sent (tcp_ioctl). */
export function ioctl(run: Run, line: number, call: CallLine): Made {
  const fd = liveFd(run, line, call.args[0])
  const request = valueNames(call.args[1])[0]
  if (fileOf(run, fd) === undefined) return immediate(-1, 'EBADF')
  if (request === 'FIONBIO')
    return made(run, { call: 'fcntl', fd, nonblock: (optionalNumber(call.args[2]) ?? 0) !== 0 })
  const got = queued(socketOfFd(run, fd), request)
  if (got === undefined) return unsupportedAt(line, `ioctl() with ${request ?? 'a number'}`)
  if (socketOfFd(run, fd)?.listener !== undefined) return immediate(-1, 'EINVAL')
  const wanted = optionalNumber(call.args[2])
  return immediate(0, '', () => {
    if (wanted !== undefined && wanted !== got) failAt(line, `${request} [${wanted}]`, `[${got}]`)
  })
}

/** Bytes in a socket's queues; undefined for a request that asks for something else. */
function queued(socket: HostSocket | undefined, request: string | undefined): number | undefined {
  const tcb = socket?.tcb
  const opening = tcb === undefined || tcb.state === 'SYN-SENT' || tcb.state === 'SYN-RECEIVED'
  switch (request) {
    case 'SIOCINQ':
    case 'FIONREAD':
      return opening ? 0 : readableBeforeMark(tcb)
    case 'SIOCATMARK':
      return tcb === undefined ? 0 : Number(atMark(tcb))
    case 'SIOCOUTQ':
    case 'TIOCOUTQ':
      return opening ? 0 : Math.max(0, (tcb.snd.end - tcb.snd.una) | 0)
    case 'SIOCOUTQNSD':
      return opening ? 0 : Math.max(0, (tcb.snd.end - tcb.snd.nxt) | 0)
    default:
      return undefined
  }
}
