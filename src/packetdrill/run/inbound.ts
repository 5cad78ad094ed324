/**
 * Packets that the script sends. A SYN to a listener makes the connection that later packets belong to; numbers that speak of our
 * bytes are moved by our ISN, echoed timestamps are looked up among those we sent.
 */
import { seq32, seqAdd } from '../../base'
import { ACK, SYN } from '../../wire'
import type { Ipv4Header, TcpSegment } from '../../wire'
import type { EcnField, PacketLine, ScriptEvent } from '../syntax'
import { Failure } from './failure'
import { addSocket, SCRIPT_PORT, tell } from './run'
import type { Run, TestSocket } from './run'
import { arrivingOptions } from './wire-options'

export const ECN_BITS: Readonly<Record<EcnField, number>> = { noecn: 0, ect1: 1, ect0: 2, ce: 3 }
export const TTL = 255

/** Sends the line's packet to the host, now. */
export function sendInbound(run: Run, event: ScriptEvent, packet: PacketLine): void {
  const socket = socketFor(run)
  if ((packet.flags & (SYN | ACK)) === SYN) socket.synArrived = true
  const shift = socket.localShift ?? 0
  if (packet.options === 'any') throw new Failure(event.line, 'an inbound packet must say which options it has')
  const ip: Ipv4Header = {
    src: run.remoteAddress,
    dst: run.localAddress,
    ttl: packet.ttl ?? TTL,
    identification: 0,
    tos: packet.tos ?? (packet.ecn === undefined ? 0 : ECN_BITS[packet.ecn]),
    dontFragment: false,
  }
  const segment: TcpSegment = {
    srcPort: socket.remotePort,
    dstPort: socket.localPort,
    seq: seq32(packet.seq),
    ack: packet.ack === undefined ? seq32(0) : seqAdd(seq32(packet.ack), shift),
    flags: packet.flags,
    window: packet.window ?? 0,
    urgentPointer: packet.urgent ?? 0,
    options: arrivingOptions(packet.options, shift, (echo) => liveTimestamp(run, socket, event, echo)),
    payload: new Uint8Array(packet.length),
  }
  tell(run, run.machine.now, event.text.replace(/^[^<]*/, ''))
  run.machine.inject(ip, segment)
}

/** The connection that a packet belongs to. Without one it still goes to the stack, from a port that nobody knows. */
export function socketFor(run: Run): TestSocket {
  const { underTest } = run
  if (underTest === undefined || underTest.kind === 'listening') {
    const localPort = underTest?.localPort ?? SCRIPT_PORT
    return addSocket(run, { kind: 'child', fd: -1, localPort, remotePort: run.nextRemotePort++ })
  }
  return underTest
}

function liveTimestamp(run: Run, socket: TestSocket, event: ScriptEvent, script: number): number {
  const known = socket.timestamps.get(script)
  if (known !== undefined) return known
  const { firstTimestamp: first } = socket
  if (run.script.options.timestampEchoScaled && first !== undefined) return (first.live + script - first.script) >>> 0
  // Before we have sent any, there is nothing to echo.
  if (script === 0 || first === undefined) return script
  throw new Failure(event.line, `expected an ecr that was sent as a TS val before, got ecr ${script}`)
}
