import { expect, test } from 'vitest'
import { tcpdumpLine } from '.'
import type { Conversations } from '.'
import { seq32, seqAdd } from '../base'
import { ACK, encodePacket, FIN, NO_OPTIONS, PSH, SYN } from '../wire'
import type { TcpSegment } from '../wire'

const CLIENT = { address: 0x0a000001, port: 40_001, isn: seq32(0xffff_fff0) }
const SERVER = { address: 0x0a000002, port: 80, isn: seq32(7_000) }

function packet(from: typeof CLIENT, to: typeof CLIENT, fields: Partial<TcpSegment>): Uint8Array {
  const ip = { src: from.address, dst: to.address, ttl: 64, identification: 1, tos: 0, dontFragment: true }
  const segment: TcpSegment = {
    srcPort: from.port,
    dstPort: to.port,
    seq: from.isn,
    ack: seq32(0),
    flags: SYN,
    window: 64_240,
    urgentPointer: 0,
    options: NO_OPTIONS,
    payload: new Uint8Array(0),
    ...fields,
  }
  return encodePacket(ip, segment)
}

test('a conversation is printed as tcpdump prints it: absolute at first, then counted from the ISNs', () => {
  const conversations: Conversations = new Map()
  const line = (at: number, bytes: Uint8Array): string => tcpdumpLine(at, bytes, conversations)
  const options = { ...NO_OPTIONS, mss: 1460, windowScale: 7, sackPermitted: true, timestamps: { value: 1, echo: 0 } }
  expect(line(0, packet(CLIENT, SERVER, { options }))).toBe(
    '00:00:00.000000 IP 10.0.0.1.40001 > 10.0.0.2.80: Flags [S], seq 4294967280, win 64240, ' +
      'options [mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7], length 0',
  )
  const synAck = { flags: SYN | ACK, ack: seqAdd(CLIENT.isn, 1), window: 65_160 }
  expect(line(20_000, packet(SERVER, CLIENT, synAck))).toBe(
    '00:00:00.020000 IP 10.0.0.2.80 > 10.0.0.1.40001: Flags [S.], seq 7000, ack 4294967281, win 65160, length 0',
  )
  const established = { seq: seqAdd(CLIENT.isn, 1), ack: seqAdd(SERVER.isn, 1), window: 502 }
  expect(line(40_000, packet(CLIENT, SERVER, { ...established, flags: ACK }))).toBe(
    '00:00:00.040000 IP 10.0.0.1.40001 > 10.0.0.2.80: Flags [.], ack 1, win 502, length 0',
  )
  const data = { ...established, flags: PSH | ACK, payload: new Uint8Array(100) }
  expect(line(40_001, packet(CLIENT, SERVER, data))).toBe(
    '00:00:00.040001 IP 10.0.0.1.40001 > 10.0.0.2.80: Flags [P.], seq 1:101, ack 1, win 502, length 100',
  )
  const fin = { seq: seqAdd(CLIENT.isn, 101), ack: seqAdd(SERVER.isn, 1), flags: FIN | ACK }
  expect(line(7_875_000_000, packet(CLIENT, SERVER, fin))).toBe(
    '02:11:15.000000 IP 10.0.0.1.40001 > 10.0.0.2.80: Flags [F.], seq 101, ack 1, win 64240, length 0',
  )
})

test('SACK blocks are counted like the ack number', () => {
  const conversations: Conversations = new Map()
  tcpdumpLine(0, packet(SERVER, CLIENT, { flags: SYN | ACK, ack: seqAdd(CLIENT.isn, 1) }), conversations)
  const sack = [{ start: seqAdd(CLIENT.isn, 1449), end: seqAdd(CLIENT.isn, 2897) }]
  const options = { ...NO_OPTIONS, timestamps: { value: 5, echo: 4 }, sack }
  const ack = { seq: seqAdd(SERVER.isn, 1), ack: seqAdd(CLIENT.isn, 1), flags: ACK, options }
  expect(tcpdumpLine(0, packet(SERVER, CLIENT, ack), conversations)).toContain(
    'ack 1, win 64240, options [nop,nop,TS val 5 ecr 4,nop,nop,sack 1 {1449:2897}], length 0',
  )
})

test('without a memory of conversations every number is absolute', () => {
  const ack = { flags: ACK, ack: seq32(7_001), seq: seq32(12) }
  expect(tcpdumpLine(0, packet(CLIENT, SERVER, ack))).toContain('Flags [.], ack 7001,')
  expect(tcpdumpLine(0, packet(CLIENT, SERVER, ack))).toContain('Flags [.], ack 7001,')
})

test('the header alone is enough, and garbage is no reason to stop', () => {
  const whole = packet(CLIENT, SERVER, { flags: ACK, payload: new Uint8Array(100) })
  expect(tcpdumpLine(0, whole.subarray(0, 40))).toBe(tcpdumpLine(0, whole))
  expect(tcpdumpLine(0, Uint8Array.of(1, 2, 3))).toBe('00:00:00.000000 IP [|ip] length 3')
})
