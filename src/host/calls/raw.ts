/** A hand-made segment through a SOCK_RAW socket with IP_HDRINCL: the source may be anyone's. Nothing is checked, as on Linux. */
import { seq32 } from '../../base'
import { ACK, FIN, NO_OPTIONS, parseIpv4, PSH, RST, SYN, URG } from '../../wire'
import type { HostIo } from '../io'
import { output } from '../output'
import type { Host } from '../records'
import { failed, returned } from './context'
import type { CallOf, Outcome } from './context'
import { validPort } from './open'

const FLAGS: Readonly<Record<string, number>> = { S: SYN, F: FIN, R: RST, P: PSH, '.': ACK, U: URG }
const DEFAULT_WINDOW = 65_535
/** IPv4 and TCP header: what the call returns. */
const PACKET_LENGTH = 40
const MAX_16 = 0xffff

export function rawSend(host: Host, call: CallOf<'rawSend'>, io: HostIo): Outcome {
  const src = parseIpv4(call.src)
  const dst = parseIpv4(call.dst)
  const letters = call.flags.split('')
  const { window = DEFAULT_WINDOW } = call
  const valid = validPort(call.srcPort) && validPort(call.dstPort) && Number.isInteger(window) && window >= 0
  if (src === undefined || dst === undefined || !valid || window > MAX_16) return failed('EINVAL')
  if (!letters.every((letter) => Object.hasOwn(FLAGS, letter))) return failed('EINVAL')
  const flags = letters.reduce((bits, letter) => bits | FLAGS[letter], 0)
  output(
    host,
    io,
    -1,
    { src, dst, identification: 0 },
    {
      srcPort: call.srcPort,
      dstPort: call.dstPort,
      seq: seq32(call.seq),
      ack: seq32(call.ack ?? 0),
      flags,
      window,
      urgentPointer: 0,
      options: NO_OPTIONS,
      payload: new Uint8Array(0),
    },
    'raw',
  )
  return returned(PACKET_LENGTH)
}
