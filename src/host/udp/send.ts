/**
 * send(2) and sendto(2) on a UDP socket: Linux inet_sendmsg, udp_sendmsg, __ip_append_data. One call is one datagram, whole or not at all, and never waits:
 * what the network does to it nobody here learns. Left out: UDP_SEGMENT (GSO); on Linux packets that wait in the interface's queue fill SO_SNDBUF, here
 * that queue is the link's.
 */
import { utf8Bytes } from '../../base'
import type { Endpoint } from '../../tcp'
import type { Errno } from '../../trace'
import { parseIpv4 } from '../../wire'
import { failed, returned, takeError } from '../calls/context'
import type { CallOf, Context, Outcome } from '../calls/context'
import { validPort } from '../calls/open'
import { patternBytes } from '../pattern'
import type { Host, Socket } from '../records'
import { sendDatagram } from './output'
import { findUdpPort, holdUdpPort } from './ports'
import type { UdpState } from './records'
import { isBroadcast, ownIfZero, pathMtu, routeError } from './way'

/** What fits into one IPv4 packet, headers included. */
const MAX_PACKET = 65_535
const HEADERS = 28
/** IP_PMTUDISC_DO and IP_PMTUDISC_PROBE: never cut up, not even here. */
const DO = 2
const PROBE = 3

export type SendTo = Context<CallOf<'send'> | CallOf<'sendto'>>

export function sendUdp(context: SendTo, udp: UdpState): Outcome {
  const { host, socket, call, thread } = context
  if (!bindItself(host, socket)) return failed('EAGAIN')
  const text = call.text === undefined ? undefined : utf8Bytes(call.text)
  const length = text?.length ?? call.bytes ?? 0
  if (length > MAX_PACKET) return failed('EMSGSIZE')
  if (call.flags?.includes('MSG_OOB') === true) return failed('EOPNOTSUPP')
  const target = udp.corked?.to ?? destination(socket, call, thread.variables)
  if (typeof target === 'string') return failed(target)
  const errno = routeError(host, target.address)
  if (errno !== '') return failed(errno)
  if (isBroadcast(target.address) && !udp.broadcast) return failed('EACCES')
  const total = length + (udp.corked?.length ?? 0)
  const whole = udp.pmtuDiscovery === DO || udp.pmtuDiscovery === PROBE
  if (total + HEADERS > (whole ? pathMtu(host, target.address, context.io.now) : MAX_PACKET)) return failed('EMSGSIZE')
  // What went wrong with an earlier datagram is told now, and this one is not sent (sock_alloc_send_pskb).
  const pending = takeError(socket)
  if (pending !== '') return failed(pending)
  if (udp.sendShutdown) return failed('EPIPE')
  if (call.badAddress === true && length > 0) return failed('EFAULT')
  const bytes = text ?? patternBytes(socket.streamOffset, length)
  if (text === undefined) socket.streamOffset += length
  return put(context, udp, target, bytes) ? returned(length) : failed('EPERM')
}

/** A socket without a port gets one with the first datagram (inet_autobind). */
export function bindItself(host: Host, socket: Socket): boolean {
  if (socket.portHeld) return true
  const port = findUdpPort(host, socket, socket.local.address)
  if (port === 0) return false
  socket.local = { address: socket.local.address, port }
  holdUdpPort(host, socket)
  return true
}

/** Where it goes: to the address given, else to the peer. */
function destination(
  { remote, udp }: Socket,
  call: SendTo['call'],
  variables: Readonly<Record<string, number>>,
): Endpoint | Errno {
  const given = call.call === 'sendto' ? addressOf(call, variables) : undefined
  if (given === undefined) return udp?.connected === true ? remote : 'EDESTADDRREQ'
  if (typeof given === 'string') return given
  return given.port === 0 ? 'EINVAL' : { address: ownIfZero(given.address), port: given.port }
}

interface Target {
  readonly address?: string
  readonly port?: number
  readonly path?: string
  readonly to?: string
}

/** The address that a call names, or that an earlier recvfrom kept under a name; undefined where it names none. */
export function addressOf(
  { address, port, path, to }: Target,
  variables: Readonly<Record<string, number>>,
): Endpoint | Errno | undefined {
  if (path !== undefined) return 'EAFNOSUPPORT'
  if (to !== undefined) {
    const [kept, number] = [variables[`${to}_addr`], variables[`${to}_port`]]
    return kept === undefined || number === undefined ? 'EINVAL' : { address: kept, port: number }
  }
  if (address === undefined || port === undefined) return undefined
  const parsed = parseIpv4(address)
  return parsed === undefined || !validPort(port) ? 'EINVAL' : { address: parsed, port }
}

/** Sends the datagram, or with MSG_MORE keeps its beginning. False where a filter forbids it. */
function put({ host, socket, call, io }: SendTo, udp: UdpState, target: Endpoint, bytes: Uint8Array): boolean {
  const pieces = [...(udp.corked?.pieces ?? []), bytes]
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
  if (call.flags?.includes('MSG_MORE') === true) {
    udp.corked = { to: target, pieces, length }
    return true
  }
  udp.corked = undefined
  return sendDatagram(host, socket, udp, target, pieces.length === 1 ? bytes : joined(pieces, length), io)
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const out = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    out.set(piece, at)
    at += piece.length
  }
  return out
}
