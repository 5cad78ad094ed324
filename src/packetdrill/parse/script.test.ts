/** The language: what each kind of line means, and what a person is told about a line that means nothing. */
import { expect, test } from 'vitest'
import { ACK, AE, ECE, PSH, SYN } from '../../wire'
import type { EventBody, Script } from '../syntax'
import { parseScript } from './script'

function parse(text: string): Script {
  const parsed = parseScript('t.pkt', text)
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.value
}

function body<K extends EventBody['kind']>(text: string, kind: K): EventBody & { kind: K } {
  const { what } = parse(text).events[0]
  if (what.kind !== kind) throw new Error(`is ${what.kind}`)
  return what as EventBody & { kind: K }
}

function message(text: string): string {
  const parsed = parseScript('t.pkt', text)
  return parsed.ok ? 'parsed' : parsed.error.message
}

test('options stand at the top, with comments between them', () => {
  const script = parse(
    '// why\n--tolerance_usecs=10000\n--mss=1000\n-D COOKIE=ab12\n--tcp_ts_tick_usecs=1000 // tick\n',
  )
  expect(script.options).toMatchObject({
    toleranceMicros: 10_000,
    timestampTickMicros: 1_000,
    defines: { COOKIE: 'ab12' },
  })
})

test.each([
  ['0 close(3) = 0', { kind: 'absolute', at: 0 }],
  ['.25 close(3) = 0', { kind: 'absolute', at: 250_000 }],
  ['+.1 close(3) = 0', { kind: 'relative', after: 100_000 }],
  ['+1~+1.1 close(3) = 0', { kind: 'relativeRange', from: 1_000_000, to: 1_100_000 }],
  ['.02 ~ .03 close(3) = 0', { kind: 'absoluteRange', from: 20_000, to: 30_000 }],
  ['* close(3) = 0', { kind: 'any' }],
])('the time of %s', (text, time) => {
  expect(parse(text).events[0].time).toEqual(time)
})

test('a call that blocks has the time at which it returns', () => {
  const { time, what } = parse('+.1...0.3 read(3, ..., 1000) = 1000').events[0]
  expect(time).toEqual({ kind: 'relative', after: 100_000 })
  expect(what).toMatchObject({ call: { name: 'read', until: 300_000, result: 1000 } })
  expect(parse('+0...0 connect(4, ..., ...) = 0').events[0].what).toMatchObject({ call: { until: 0 } })
})

test('a packet has flags, range, ack, window and options in their order', () => {
  const { packet } = body('+0 < S. 0:0(0) ack 1 win 8 <mss 1460,sackOK,TS val 7 ecr 9,nop,wscale 7>', 'inbound')
  expect(packet).toMatchObject({ flags: SYN | ACK, seq: 0, length: 0, ack: 1, window: 8, ecn: undefined })
  expect(packet.options).toEqual([
    { kind: 'mss', value: 1460 },
    { kind: 'sackOK' },
    { kind: 'TS', value: 7, echo: 9 },
    { kind: 'nop' },
    { kind: 'wscale', value: 7 },
  ])
})

test('a packet without win, ack and options says nothing about them', () => {
  const { packet } = body('+0 > P. 1:1001(1000)', 'outbound')
  expect(packet).toMatchObject({
    flags: PSH | ACK,
    seq: 1,
    length: 1000,
    ack: undefined,
    window: undefined,
    options: [],
  })
})

test('SACK blocks, any options, ECN marks and the ACE digit', () => {
  expect(body('+0 < . 1:1(0) ack 1 win 9 <sack 5:7 11:13,nop,nop>', 'inbound').packet.options).toContainEqual({
    kind: 'sack',
    blocks: [
      [5, 7],
      [11, 13],
    ],
  })
  const { packet } = body('+0 > [ect0] P.5 1:2(1) ack 1 <...>', 'outbound')
  expect(packet).toMatchObject({ options: 'any', ecn: 'ect0', flags: PSH | ACK | AE | ECE })
  expect(body('+0 > - 1:2(1)', 'outbound').packet.flags).toBe(0)
})

test('an ICMP message quotes a segment', () => {
  expect(body('+0 < icmp unreachable frag_needed mtu 1200 [1:1001(1000)]', 'inboundIcmp').icmp).toEqual({
    type: 'unreachable',
    code: 'frag_needed',
    mtu: 1200,
    quoted: { seq: 1, length: 1000 },
  })
})

test('arguments of calls: dots, numbers, constants, lists, structures', () => {
  const { call } = body(
    '+0 sendmsg(4, {msg_name(...)=..., msg_iov(2)=[{..., 10}, {..., 20}], msg_flags=0}, MSG_MORE|MSG_DONTWAIT) = 30',
    'call',
  )
  expect(call.args[0]).toEqual({ kind: 'number', value: 4 })
  expect(call.args[1]).toMatchObject({
    fields: { msg_iov: { items: [{ items: [{ kind: 'ellipsis' }, { value: 10 }] }, {}] } },
  })
  expect(call.args[2]).toEqual({ kind: 'name', names: ['MSG_MORE', 'MSG_DONTWAIT'] })
  expect(call.result).toBe(30)
})

test('results: an errno with its message, a number with a note, any', () => {
  expect(body('0 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)', 'call').call).toMatchObject({
    result: -1,
    errno: 'EINPROGRESS',
  })
  expect(body('0 fcntl(3, F_GETFL) = 0x2 (flags O_RDWR)', 'call').call.result).toBe(2)
  expect(body('0 read(3, ..., 10) = ...', 'call').call.result).toBeUndefined()
})

test('shell before the first event is setup, later an event', () => {
  const script = parse('`./defaults.sh\nsysctl -q net.ipv4.tcp_sack=0`\n0 close(3) = 0\n+0 `nstat -n`')
  expect(script.setup).toHaveLength(1)
  expect(script.events.map(({ what }) => what.kind)).toEqual(['call', 'shell'])
})

test('an event knows its line', () => {
  const script = parse('\n// a\n0 close(3) = 0\n\n/* b\n */ +0 close(4) = 0')
  expect(script.events.map(({ line, text }) => [line, text])).toEqual([
    [3, '0 close(3) = 0'],
    [6, '+0 close(4) = 0'],
  ])
})

test.each([
  ['+0 < Q 1:1(0)', 't.pkt:1: expected flags such as S, P. or -, found "Q 1:1(0)"'],
  ['\n+0 > . 1:5(3) ack 1', 't.pkt:2: the range 1:5(3) is not 3 bytes long'],
  ['+0 > . 1:1(0) ack x', 't.pkt:1: expected a number after "ack", found "x"'],
  ['+0 < S 0:0(0) <mss 1460,foo>', 't.pkt:1: there is no TCP option "foo"'],
  ['later close(3) = 0', 't.pkt:1: expected a time such as 0.1, +.1, +.1~+.2 or *, found "later close(3) = 0"'],
  ['0 close(3 = 0', 't.pkt:1: expected ")", found "= 0"'],
  ['--tolerance_usecs=soon\n', 't.pkt:1: expected a number after --tolerance_usecs='],
  ['0 %{ assert 1 == }%', 't.pkt:1: expected an expression in the code, found the end of the line'],
  ['+0 < P. 1:600001(600000) ack 1', 't.pkt:1: 600000 bytes are more than a packet can hold'],
  [
    '+0 < . 1:1(0) ack 1 <sack 1:2 3:4 5:6 7:8 9:10>',
    't.pkt:1: 42 bytes of TCP options are more than a header can hold',
  ],
  ['+0 < udp (1000)', 't.pkt:1: only TCP and ICMP packets over IPv4 are played'],
])('a person is told what is wrong with %j', (text, expected) => {
  expect(message(text)).toBe(expected)
})
