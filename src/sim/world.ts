/**
 * The world: hosts, the network between them, a clock and a queue of what is to come. One call of `dispatchNext` lets
 * exactly one thing happen (a packet arrives, a timer of one socket runs out, a thread makes one system call, the scenario acts)
 * together with everything that its host does in answer at that instant. That is one step: the unit in which a session is
 * played, rewound and cut.
 *
 * Everything in WorldState is plain data and copies with deepCopy. Time never runs backwards here; going back is session.ts's.
 */
import { createEventHeap, deepCopy, err, NEVER, ok, peekEvent, peekTime, popEvent, pushEvent } from '../base'
import type { EventHeap, HeapEvent, Micros, Result } from '../base'
import {
  crashHost,
  createHost,
  hostAnswersFor,
  hostAttach,
  hostCall,
  hostFirewall,
  hostInterrupt,
  hostNeighboursDue,
  hostPacketArrives,
  hostSetSysctl,
  hostSignal,
  hostSocketDeadline,
  hostSocketDue,
  hostSpawn,
  hostThreadDue,
  hostThreadWakes,
  ipConfigs,
  neighboursDueAt,
  restartHost,
  startPrograms,
} from '../host'
import type { Host, HostIo } from '../host'
import {
  changeLink,
  createNetwork,
  linkOfWay,
  orderPacket,
  packetDue,
  packetIsDue,
  setPlugged,
  submitPacket,
} from '../network'
import type { Network, NetworkIo } from '../network'
import { programSpec } from '../programs'
import type { Action, WorldSpec } from '../trace'
import { packetParts } from '../wire'
import { describeAction } from './describe-action'
import { createRecorderState } from './recorder'
import type { RecorderState, TraceRecorder } from './recorder'

export interface WorldState {
  now: Micros
  /** Dispatches so far, commands included. */
  step: number
  heap: EventHeap
  hosts: Host[]
  network: Network
  nextSocket: number
  nextThread: number
  recorder: RecorderState
  /** Thread dispatches at the present instant: a program that never blocks must not stop the clock. */
  threadsThisInstant: number
}

export interface World {
  readonly spec: WorldSpec
  readonly recorder: TraceRecorder
  state: WorldState
  readonly hostIo: HostIo & { now: Micros }
  readonly networkIo: NetworkIo & { now: Micros }
}

const PACKET = 0
const SOCKET = 1
const THREAD = 2
const ACTION = 3
const NEIGHBOURS = 4
/** Beyond this many calls at one instant, each further one takes a microsecond. */
const CALLS_PER_INSTANT = 1_000

/** A world at time 0 with its programs about to start. The recorder must be at the beginning of its trace. */
export function createWorld(spec: WorldSpec, recorder: TraceRecorder): World {
  const ip = ipConfigs(spec)
  const state: WorldState = {
    now: 0,
    step: 0,
    heap: createEventHeap(),
    hosts: spec.hosts.map((host, index) => createHost(host, index, spec.seed, ip[index])),
    network: createNetwork(spec),
    nextSocket: 1,
    nextThread: 1,
    recorder: createRecorderState(),
    threadsThisInstant: 0,
  }
  const world = worldFrom(spec, recorder, state)
  enter(world, -1, -1)
  recorder.cause = recorder.emit('sim/started', 'none', recorder.text(spec.scenario))
  spec.actions.forEach((timed, index) => {
    pushEvent(state.heap, timed.at, ACTION, index, 0)
  })
  for (const host of state.hosts) {
    recorder.host = host.index
    startPrograms(host, world.hostIo)
  }
  discardStale(world)
  return world
}

/** A world that goes on from a copy of `state`. */
export function restoreWorld(spec: WorldSpec, recorder: TraceRecorder, state: WorldState): World {
  return worldFrom(spec, recorder, deepCopy(state))
}

/** Time of the next thing that will happen by itself; NEVER when nothing is pending. */
export function nextTime(world: World): Micros {
  return peekTime(world.state.heap)
}

/** Lets the next thing happen. False when nothing is pending. */
export function dispatchNext(world: World): boolean {
  const { state } = world
  if (!popEvent(state.heap, popped)) return false
  if (popped.at > state.now) state.threadsThisInstant = 0
  state.now = popped.at
  enter(world, -1, -1)
  dispatch(world, popped.kind, popped.a, popped.b)
  state.step++
  discardStale(world)
  return true
}

/** Moves the clock forward over time in which nothing happens. */
export function advanceClock(world: World, to: Micros): void {
  const limit = Math.min(to, nextTime(world))
  if (limit > world.state.now && limit !== NEVER) {
    world.state.now = limit
    world.state.threadsThisInstant = 0
  }
}

/**
 * Does what a person asked, now. One step, whether it succeeds or not: a refused action is recorded and changes
 * nothing else. The error is one sentence for the person.
 */
export function applyAction(world: World, action: Action): Result<void> {
  enter(world, -1, -1)
  const result = act(world, action)
  world.state.step++
  discardStale(world)
  return result
}

function worldFrom(spec: WorldSpec, recorder: TraceRecorder, state: WorldState): World {
  recorder.state = state.recorder
  const hostIo: HostIo & { now: Micros } = {
    now: state.now,
    recorder,
    send: (packet, way) => {
      submitPacket(world.state.network, recorder.host, packet, way, world.networkIo)
    },
    link: (way) => linkOfWay(world.state.network, way),
    neighbourAnswers: (way, address) => {
      const { network, hosts } = world.state
      const link = network.links[way >> 1]
      return link.connected && hostAnswersFor(hosts[way & 1 ? link.a : link.b], address)
    },
    scheduleNeighbours: (host, at) => {
      pushEvent(world.state.heap, at, NEIGHBOURS, host, 0)
    },
    scheduleSocket: (host, socket, at) => {
      pushEvent(world.state.heap, at, SOCKET, host, socket)
    },
    scheduleThread: (host, thread, at) => {
      const slow = world.state.threadsThisInstant > CALLS_PER_INSTANT && at <= world.state.now
      pushEvent(world.state.heap, slow ? world.state.now + 1 : at, THREAD, host, thread)
    },
    newSocketId: () => world.state.nextSocket++,
    newThreadId: () => world.state.nextThread++,
  }
  const networkIo: NetworkIo & { now: Micros } = {
    now: state.now,
    recorder,
    schedule: (packet, version, at) => {
      pushEvent(world.state.heap, at, PACKET, packet, version)
    },
    newPacket: (from, packet) => {
      const { header, payload } = packetParts(packet)
      return recorder.packet(from, header, header.length, payload)
    },
  }
  const world: World = { spec, recorder, state, hostIo, networkIo }
  return world
}

function enter(world: World, host: number, cause: number): void {
  const { state, recorder } = world
  recorder.now = state.now
  recorder.host = host
  recorder.socket = -1
  recorder.cause = cause
  world.hostIo.now = state.now
  world.networkIo.now = state.now
}

function dispatch(world: World, kind: number, a: number, b: number): void {
  const { state, hostIo, networkIo, recorder } = world
  switch (kind) {
    case PACKET: {
      const outcome = packetDue(state.network, a, b, networkIo)
      if (outcome === undefined || outcome === 'lost') return
      recorder.host = outcome.to
      hostPacketArrives(state.hosts[outcome.to], outcome.packet, outcome.way, hostIo)
      return
    }
    case SOCKET:
      recorder.host = a
      hostSocketDue(state.hosts[a], b, hostIo)
      return
    case THREAD:
      recorder.host = a
      state.threadsThisInstant++
      hostThreadDue(state.hosts[a], b, hostIo)
      return
    case NEIGHBOURS:
      recorder.host = a
      hostNeighboursDue(state.hosts[a], hostIo)
      return
    default:
      act(world, world.spec.actions[a].action)
  }
}

function act(world: World, action: Action): Result<void> {
  const { state, recorder, hostIo, networkIo } = world
  recorder.cause = recorder.emit('user/acted', 'none', recorder.text(describeAction(action, world.spec)))
  switch (action.kind) {
    case 'packet':
      return orderPacket(state.network, action.packet, action.order, action.delayMicros ?? 0, networkIo)
    case 'link':
      return changeLink(state.network, action.link, action.direction, action.settings, networkIo)
    case 'plug':
      return setPlugged(state.network, action.link, action.connected, networkIo)
    default:
  }
  if (action.host < 0 || action.host >= state.hosts.length) return err(`there is no host ${action.host}`)
  const host = state.hosts[action.host]
  recorder.host = action.host
  switch (action.kind) {
    case 'call':
      return hostCall(host, action.pid, action.call, hostIo)
    case 'interrupt':
      return hostInterrupt(host, action.thread, hostIo)
    case 'crash':
      crashHost(host, hostIo)
      return ok(undefined)
    case 'restart':
      restartHost(host, world.spec.hosts[action.host], hostIo)
      return ok(undefined)
    case 'firewall':
      return hostFirewall(host, action.line, hostIo)
    case 'sysctl':
      return hostSetSysctl(host, action.name, action.value)
    case 'signal':
      return hostSignal(host, action.pid, action.signal, hostIo)
    case 'spawn':
      return hostSpawn(host)
    case 'attach': {
      const program = programSpec(action.program, action.settings, state.now)
      return program.ok ? hostAttach(host, program.value, hostIo) : program
    }
  }
}

const popped: HeapEvent = { at: 0, kind: 0, a: 0, b: 0 }
const top: HeapEvent = { at: 0, kind: 0, a: 0, b: 0 }

/**
 * Removes entries from the front of the queue that no longer mean anything (a timer that was moved, a packet that an
 * order took elsewhere), so that the front is always something that will happen. Done at the end of every step and
 * nowhere else, which keeps the order of later entries the same in every replay.
 */
function discardStale(world: World): void {
  const { state } = world
  while (peekEvent(state.heap, top)) {
    if (isLive(state, top)) return
    popEvent(state.heap, top)
    if (top.kind !== SOCKET) continue
    const deadline = hostSocketDeadline(state.hosts[top.a], top.b)
    if (deadline !== NEVER) hostSocketDue(state.hosts[top.a], top.b, world.hostIo)
  }
}

function isLive(state: WorldState, event: HeapEvent): boolean {
  switch (event.kind) {
    case PACKET:
      return packetIsDue(state.network, event.a, event.b)
    case SOCKET:
      return hostSocketDeadline(state.hosts[event.a], event.b) <= event.at
    case THREAD:
      return hostThreadWakes(state.hosts[event.a], event.b) <= event.at
    case NEIGHBOURS:
      return neighboursDueAt(state.hosts[event.a]) <= event.at
    default:
      return true
  }
}
