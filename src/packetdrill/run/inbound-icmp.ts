/** ICMP errors that the script sends: about a segment of the connection under test, whose head is quoted as a router would (RFC 792). */
import { seq32, seqAdd } from '../../base'
import {
  ACK,
  encodePacket,
  FRAGMENTATION_NEEDED,
  ICMP_PARAMETER_PROBLEM,
  ICMP_REDIRECT,
  ICMP_SOURCE_QUENCH,
  ICMP_TIME_EXCEEDED,
  ICMP_UNREACHABLE,
  icmpError,
  NO_OPTIONS,
  UNREACHABLE_CODES,
} from '../../wire'
import type { Ipv4Header } from '../../wire'
import type { IcmpLine, ScriptEvent } from '../syntax'
import { unsupportedAt } from './failure'
import { socketFor, TTL } from './inbound'
import { tell } from './run'
import type { Run } from './run'

const TYPES: Readonly<Record<string, number>> = {
  unreachable: ICMP_UNREACHABLE,
  source_quench: ICMP_SOURCE_QUENCH,
  redirect: ICMP_REDIRECT,
  time_exceeded: ICMP_TIME_EXCEEDED,
  ttl_exceeded: ICMP_TIME_EXCEEDED,
  parameter_problem: ICMP_PARAMETER_PROBLEM,
}
/** IP header and the first eight bytes of TCP: ports and sequence number. */
const QUOTED_BYTES = 28

/** Sends the line's error to the host, now. */
export function sendInboundIcmp(run: Run, event: ScriptEvent, line: IcmpLine): void {
  const { localAddress, remoteAddress } = run
  const socket = socketFor(run)
  const type = TYPES[line.type] ?? Number(line.type)
  const code = codeOf(line)
  if (Number.isNaN(type) || Number.isNaN(code)) {
    unsupportedAt(event.line, `the ICMP message ${line.type} ${line.code}`)
  }
  const ip: Ipv4Header = {
    src: localAddress,
    dst: remoteAddress,
    ttl: TTL,
    identification: 0,
    tos: 0,
    dontFragment: true,
  }
  const head = encodePacket(ip, {
    srcPort: socket.localPort,
    dstPort: socket.remotePort,
    seq: seqAdd(seq32(line.quoted?.seq ?? 0), socket.localShift ?? 0),
    ack: seq32(0),
    flags: ACK,
    window: 0,
    urgentPointer: 0,
    options: NO_OPTIONS,
    payload: new Uint8Array(line.quoted?.length ?? 0),
  })
  const info = type === ICMP_UNREACHABLE && code === FRAGMENTATION_NEEDED ? (line.mtu ?? 0) : 0
  tell(run, run.machine.now, event.text.replace(/^[^<]*/, ''))
  const back = { ...ip, src: remoteAddress, dst: localAddress, dontFragment: false }
  run.machine.injectIcmp(back, icmpError(type, code, info, head.subarray(0, QUOTED_BYTES)))
}

function codeOf({ code }: IcmpLine): number {
  if (code === '') return 0
  const place = UNREACHABLE_CODES.findIndex((name) => name === code)
  return place === -1 ? Number(code) : place
}
