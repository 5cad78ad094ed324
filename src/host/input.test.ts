/** Where packets go that no connection takes, TIME-WAIT and its heirs, power. */
import { expect, test } from 'vitest'
import { crashHost, hostCall, hostSetSysctl, restartHost } from '.'
import {
  call,
  CLIENT,
  connected,
  connectTo80,
  counter,
  createBench,
  does,
  eventsOf,
  inject,
  listenOn80,
  PID,
  run,
  said,
  SERVER,
  socketAt,
  states,
  valueOf,
  view,
  wire,
} from '../testing/host-bench'
import type { HostBench } from '../testing/host-bench'
import { encodePacket } from '../wire'

const SECOND = 1_000_000
const reasons = (bench: HostBench, host: number): unknown[] =>
  eventsOf(bench, 'host/packetDropped', host).map(({ fields }) => fields['reason'])

test('a segment for a port without a socket is answered with a reset that acknowledges it', () => {
  const bench = createBench()
  connectTo80(bench, true)
  run(bench, 20_000)
  expect(wire(bench)).toEqual(['client SYN', 'server RST,ACK'])
  const [syn, rst] = bench.packets.map(({ packet }) => packet.segment)
  expect([rst.seq, rst.ack]).toEqual([0, (syn.seq + 1) >>> 0])
  expect(reasons(bench, SERVER)).toEqual(['noSocket'])
  expect(counter(bench, SERVER, 'OutRsts')).toBe(1)
})

test('a packet for another address is ignored', () => {
  const bench = createBench()
  const fd = valueOf(bench, call(bench, CLIENT, { call: 'socket', nonblock: true }))
  does(bench, CLIENT, { call: 'connect', fd, address: '10.0.0.77', port: 80 })
  run(bench, 20_000)
  expect(wire(bench)).toEqual(['client SYN'])
  expect(reasons(bench, SERVER)).toEqual(['notMyAddress'])
})

test('a damaged packet is dropped and counted, wherever the bit fell', () => {
  for (const byte of [2, 13, 22, 27, 33, 45]) {
    const bench = createBench()
    listenOn80(bench)
    connectTo80(bench, true)
    const { packet } = bench.packets[0]
    const bytes = encodePacket(packet.ip, packet.segment)
    bytes[byte] ^= 4
    inject(bench, SERVER, { ...packet, damaged: bytes })
    expect(['badChecksum', 'malformed'], `byte ${byte}`).toContain(reasons(bench, SERVER)[0])
    expect(counter(bench, SERVER, 'InErrs')).toBe(1)
    expect(states(bench, SERVER)).toEqual(['LISTEN'])
  }
})

test('a hand-made segment leaves with the source that it was given', () => {
  const bench = createBench()
  listenOn80(bench)
  const raw = {
    call: 'rawSend',
    src: '192.0.2.7',
    srcPort: 9,
    dst: '10.0.0.2',
    dstPort: 80,
    flags: 'S',
    seq: 5,
  } as const
  expect(does(bench, CLIENT, raw)).toBe('= 40')
  run(bench, 10_000)
  expect(view(bench, SERVER).sockets[1]).toMatchObject({ state: 'SYN-RECEIVED', remote: '192.0.2.7:9' })
  expect(does(bench, CLIENT, { ...raw, flags: 'Q' })).toBe('= -1 EINVAL')
  expect(does(bench, CLIENT, { ...raw, src: 'me' })).toBe('= -1 EINVAL')
})

/** The client closes first, so it is left in TIME-WAIT with the port that it had. */
function timeWaitAtServer(bench: HostBench): string {
  const { client, server } = connected(bench)
  const port = socketAt(bench, CLIENT, client).local.split(':')[1]
  does(bench, SERVER, { call: 'close', fd: server })
  run(bench, 20_000)
  does(bench, CLIENT, { call: 'close', fd: client })
  run(bench, 50_000)
  expect(states(bench, SERVER)).toEqual(['LISTEN', 'TIME-WAIT'])
  return port
}

test('a new SYN takes over the ports of a connection in TIME-WAIT, with a higher ISN', () => {
  const bench = createBench()
  const port = timeWaitAtServer(bench)
  const last = bench.packets.filter(({ from }) => from === SERVER).at(-1)!.packet.segment
  run(bench, 2 * SECOND)
  const fd = valueOf(bench, call(bench, CLIENT, { call: 'socket' }))
  does(bench, CLIENT, { call: 'bind', fd, port: Number(port) })
  const made = call(bench, CLIENT, { call: 'connect', fd, address: '10.0.0.2', port: 80 })
  run(bench, 50_000)
  expect(said(bench, made)).toBe('= 0')
  expect(states(bench, SERVER)).toEqual(['LISTEN', 'ESTABLISHED'])
  const synAck = bench.packets.find(({ at, from }) => from === SERVER && at > 2 * SECOND)!.packet.segment
  expect((synAck.seq - last.seq) | 0).toBeGreaterThan(65_535)
  const changes = eventsOf(bench, 'tcp/stateChanged', SERVER).map(({ fields }) => `${fields['from']}>${fields['to']}`)
  expect(changes.slice(-3)).toEqual(['TIME-WAIT>CLOSED', 'LISTEN>SYN-RECEIVED', 'SYN-RECEIVED>ESTABLISHED'])
})

test('tcp_tw_reuse lets connect take a port that is in TIME-WAIT, after a second', () => {
  const only = { ip_local_port_range: [50_000, 50_000] as const, tcp_tw_reuse: 1 }
  for (const [mode, wait, expected] of [
    [1, SECOND, '= 0'],
    [1, 100_000, '= -1 EADDRNOTAVAIL'],
    [0, SECOND, '= -1 EADDRNOTAVAIL'],
    [2, SECOND, '= -1 EADDRNOTAVAIL'],
  ] as const) {
    const bench = createBench({ client: { ...only, tcp_tw_reuse: mode } })
    const { client, server } = connected(bench)
    does(bench, CLIENT, { call: 'close', fd: client })
    run(bench, 20_000)
    does(bench, SERVER, { call: 'close', fd: server })
    run(bench, 20_000)
    expect(states(bench, CLIENT)).toEqual(['TIME-WAIT'])
    run(bench, wait)
    const { made } = connectTo80(bench)
    run(bench, 50_000)
    expect(said(bench, made), `tcp_tw_reuse ${mode} after ${wait}`).toBe(expected)
  }
})

test('a crash loses everything without a word; packets fall on the floor', () => {
  const bench = createBench()
  const { client } = connected(bench)
  bench.recorder.host = SERVER
  crashHost(bench.hosts[SERVER], bench.io)
  expect(view(bench, SERVER)).toMatchObject({ up: false, sockets: [], processes: [] })
  expect(hostCall(bench.hosts[SERVER], PID, { call: 'socket' }, bench.io).ok).toBe(false)
  const before = bench.packets.length
  does(bench, CLIENT, { call: 'send', fd: client, bytes: 10 })
  run(bench, 20_000)
  expect(wire(bench, before)).toEqual(['client PSH,ACK'])
  expect(reasons(bench, SERVER)).toEqual(['hostDown'])
})

test('a host that comes up again answers segments of its old connections with a reset', () => {
  const bench = createBench()
  const { client } = connected(bench)
  const spec = { name: 'server', address: '10.0.0.2', role: 'server', sysctl: { somaxconn: 7 }, programs: [] } as const
  bench.recorder.host = SERVER
  crashHost(bench.hosts[SERVER], bench.io)
  restartHost(bench.hosts[SERVER], spec, bench.io)
  expect(view(bench, SERVER)).toMatchObject({ up: true, sockets: [] })
  does(bench, CLIENT, { call: 'send', fd: client, bytes: 10 })
  run(bench, 20_000)
  expect(socketAt(bench, CLIENT, client)).toMatchObject({ state: 'CLOSED', error: 'ECONNRESET' })
  expect(listenOn80(bench)).toBe(3)
})

test('sysctls are set by name; what is no sysctl or no value of it is refused in a sentence', () => {
  const [host] = createBench().hosts
  expect(hostSetSysctl(host, 'somaxconn', 12).ok).toBe(true)
  expect(hostSetSysctl(host, 'tcp_rmem', '4096 50000 100000').ok).toBe(true)
  expect(hostSetSysctl(host, 'tcp_congestion_control', 'reno').ok).toBe(true)
  expect(hostSetSysctl(host, 'tcp_retries2', '8').ok).toBe(true)
  expect(host.sysctl).toMatchObject({
    somaxconn: 12,
    tcp_rmem: [4_096, 50_000, 100_000],
    tcp_congestion_control: 'reno',
    tcp_retries2: 8,
  })
  for (const [name, value] of [
    ['no_such_thing', 1],
    ['__proto__', 1],
    ['somaxconn', -1],
    ['somaxconn', 'many'],
    ['tcp_rmem', '1 2'],
    ['tcp_congestion_control', 'vegas'],
    ['tcp_congestion_control', 3],
  ] as const) {
    const result = hostSetSysctl(host, name, value)
    expect(result.ok, name).toBe(false)
    if (!result.ok) expect(result.error).toMatch(/^[A-Z].*\.$/)
  }
})
