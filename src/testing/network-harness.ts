/** A network on a bench: a clock, a schedule and a list of what was recorded, with nobody's TCP at either end. */
import { createEventHeap, popEvent, peekTime, pushEvent, seq32 } from '../base'
import type { EventHeap, HeapEvent } from '../base'
import { createNetwork, packetDue, submitPacket } from '../network'
import type { Network, NetworkIo } from '../network'
import type { EventType, FaultSpec, LinkSettings, Recorder, RuleName, WorldSpec } from '../trace'
import { ACK, NO_OPTIONS } from '../wire'
import type { AnyPacket, Packet } from '../wire'

export interface RecordedEvent {
  readonly at: number
  readonly type: EventType
  readonly rule: RuleName
  readonly host: number
  readonly cause: number
  readonly args: readonly number[]
}

export interface Arrival {
  readonly at: number
  readonly to: number
  readonly packet: AnyPacket
}

export interface NetworkBench {
  net: Network
  readonly io: NetworkIo & { now: number }
  readonly events: RecordedEvent[]
  readonly arrivals: Arrival[]
  heap: EventHeap
  nextPacket: number
}

/** No rate, so no queue: 10 ms each way and nothing goes wrong. */
export const BARE_LINK: LinkSettings = {
  rateBitsPerSecond: 0,
  delayMicros: 10_000,
  jitterMicros: 0,
  queuePackets: 100,
  loss: 0,
  reorder: 0,
  reorderMicros: 0,
  duplicate: 0,
  corrupt: 0,
}

/** Hosts 0 (10.0.0.1) and 1 (10.0.0.2) on one link whose two directions have these settings. */
export function twoHostSpec(settings: Partial<LinkSettings>, seed = 1, faults: readonly FaultSpec[] = []): WorldSpec {
  const both = { ...BARE_LINK, ...settings }
  return {
    scenario: 'bench',
    seed,
    hosts: [1, 2].map((n) => ({
      name: `h${n}`,
      address: `10.0.0.${n}`,
      role: 'other' as const,
      sysctl: {},
      programs: [],
    })),
    links: [{ a: 0, b: 1, aToB: both, bToA: both }],
    faults,
    actions: [],
  }
}

export function networkBench(spec: WorldSpec): NetworkBench {
  const events: RecordedEvent[] = []
  const texts: string[] = []
  const recorder: Recorder = {
    host: -1,
    socket: -1,
    cause: -1,
    enabled: true,
    emit(type, rule, ...args) {
      events.push({
        at: bench.io.now,
        type,
        rule,
        host: recorder.host,
        cause: recorder.cause,
        args: args.map((word) => word ?? 0),
      })
      return events.length - 1
    },
    text: (value) => texts.push(value) - 1,
    packet: () => bench.nextPacket++,
  }
  const bench: NetworkBench = {
    net: createNetwork(spec),
    events,
    arrivals: [],
    heap: createEventHeap(),
    nextPacket: 0,
    io: {
      now: 0,
      recorder,
      schedule: (packet, version, at) => {
        pushEvent(bench.heap, at, 0, packet, version)
      },
      newPacket: () => bench.nextPacket++,
    },
  }
  return bench
}

/** Sends a packet of `length` bytes now; the event that sent it is -1 unless given. */
export function sendPacket(
  bench: NetworkBench,
  from: number,
  more: {
    readonly length?: number
    readonly flags?: number
    readonly dst?: number
    readonly sentEvent?: number
    readonly tos?: number
  } = {},
): Packet {
  const { length = 40, flags = ACK, dst = 0x0a000002 - from, sentEvent = -1, tos = 0 } = more
  const packet: Packet = {
    id: bench.nextPacket++,
    ip: { src: 0x0a000001 + from, dst, ttl: 64, identification: 0, tos, dontFragment: true },
    segment: {
      srcPort: 1000,
      dstPort: 80,
      seq: seq32(0),
      ack: seq32(0),
      flags,
      window: 65_535,
      urgentPointer: 0,
      options: NO_OPTIONS,
      payload: new Uint8Array(length - 40),
    },
    damaged: undefined,
    length,
    sentEvent,
  }
  submitPacket(bench.net, from, packet, wayTo(bench, from, dst), bench.io)
  return packet
}

/** The link to the host whose address ends in its number, or else the first that a host has; loopback to itself. */
function wayTo({ net }: NetworkBench, from: number, dst: number): number {
  if (dst >>> 24 === 127 || dst === 0x0a000001 + from) return -1
  const ways = net.links.flatMap((link, index) => {
    if (link.a === from) return [{ to: link.b, way: index * 2 }]
    return link.b === from ? [{ to: link.a, way: index * 2 + 1 }] : []
  })
  return (ways.find(({ to }) => 0x0a000001 + to === dst) ?? ways[0]).way
}

/** Lets everything happen that is due up to time `until`, then sets the clock to it. */
export function runBench(bench: NetworkBench, until: number): void {
  while (peekTime(bench.heap) <= until && popEvent(bench.heap, popped)) {
    bench.io.now = popped.at
    const outcome = packetDue(bench.net, popped.a, popped.b, bench.io)
    if (outcome !== undefined && outcome !== 'lost') bench.arrivals.push({ at: popped.at, ...outcome })
  }
  bench.io.now = until
}

/** Events of one kind, in order. */
export function eventsOf(bench: NetworkBench, type: EventType): RecordedEvent[] {
  return bench.events.filter((event) => event.type === type)
}

const popped: HeapEvent = { at: 0, kind: 0, a: 0, b: 0 }
