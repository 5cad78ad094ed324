/**
 * The engine behind the page: answers requests, paces a session against real time and posts at most one frame a tick. It
 * owns no timer and no port, so that tests drive it with a clock of their own.
 */
import { InvariantError } from '../base'
import {
  act,
  branchViews,
  deleteBranch,
  endPosition,
  packetsMoving,
  position,
  runUntil,
  seek,
  stepBy,
  stepThread,
  switchBranch,
  takeSnapshot,
  takeTcpInfo,
  upcomingTime,
} from '../sim'
import { deltaSince, traceMark } from '../trace'
import type { FrameMessage, FromWorker, Reply, ToWorker, TraceMark } from '../trace'
import { exportSession, hostText, packetBytes } from './exports'
import { openSession, saveSession, shareSession } from './open'
import type { OpenSession } from './open'
import { createPace, paceTarget, restartPace, setSpeed } from './pace'
import type { Pace } from './pace'

export interface EnginePort {
  /** Milliseconds of real time. */
  now(): number
  post(message: FromWorker, transfer: Transferable[]): void
}

export interface Engine {
  receive(message: ToWorker): void
  /** Runs what is due and posts a frame if anything changed. */
  tick(): void
}

interface EngineState {
  open: OpenSession | null
  playing: boolean
  pace: Pace
  epoch: number
  /** What the page has of the current branch's trace. */
  sent: TraceMark
  sentSteps: number
  sentBranch: number
  changed: boolean
  /** A frame is on its way to the screen. While playing, none is sent after it: a slow page skips frames and stays on time. */
  drawing: boolean
  skippedMicros: number
}

const QUESTIONS: readonly ToWorker['type'][] = ['packetBytes', 'tcpInfo', 'hostText', 'share', 'export']

type Request = Exclude<ToWorker, { readonly type: 'drawn' }>

/** Steps a tick may take, so that a frame stays short however fast the play. */
const STEPS_PER_TICK = 20_000
const NOTHING: TraceMark = { events: 0, packets: 0, texts: 0 }

export function createEngine(port: EnginePort): Engine {
  const state: EngineState = {
    open: null,
    playing: false,
    pace: createPace(port.now()),
    epoch: 0,
    sent: NOTHING,
    sentSteps: -1,
    sentBranch: -1,
    changed: false,
    drawing: false,
    skippedMicros: 0,
  }
  return {
    receive: (message) => {
      if (message.type === 'drawn') {
        state.drawing = false
        return
      }
      guarded(state, port, message.id, () => {
        const outcome = answer(state, message, port.now())
        if (typeof outcome === 'string') port.post({ type: 'failed', id: message.id, sentence: outcome }, [])
        else port.post({ type: 'reply', id: message.id, reply: outcome }, [])
        if (state.changed) postFrame(state, port)
      })
    },
    tick: () => {
      guarded(state, port, -1, () => {
        if (state.playing) play(state, port.now())
        if (state.changed && !state.drawing) postFrame(state, port)
      })
    },
  }
}

/** An assertion of ours that breaks is told with the seed, the event and the session, and the engine goes on. */
function guarded(state: EngineState, port: EnginePort, id: number, work: () => void): void {
  try {
    work()
  } catch (error) {
    state.playing = false
    const reason = error instanceof Error ? error.message : String(error)
    const kind = error instanceof InvariantError ? 'An invariant of the engine broke' : 'The engine failed'
    const { open } = state
    port.post(
      {
        type: 'crashed',
        sentence: `${kind}: ${reason}.`,
        seed: open?.session.spec.seed ?? 0,
        event: open === null ? 0 : position(open.session).event,
        session: open === null ? '' : saveSession(open),
      },
      [],
    )
    if (id >= 0) port.post({ type: 'failed', id, sentence: `${kind}: ${reason}.` }, [])
  }
}

/** Carries out one request. Returns its reply, or one sentence that says why not. */
function answer(state: EngineState, message: Request, nowMs: number): Reply | string {
  if (message.type === 'load') {
    const opened = openSession(message.source)
    if (!opened.ok) return opened.error
    state.open = opened.value
    state.playing = false
    startTraceAnew(state)
    return { kind: 'loaded', info: opened.value.info, notice: opened.value.notice }
  }
  const { open } = state
  if (open === null) return 'No scenario is open yet.'
  const { session } = open
  // A question changes nothing that a frame would show.
  state.changed = !QUESTIONS.includes(message.type) || state.changed
  switch (message.type) {
    case 'play':
      state.playing = true
      setSpeed(state.pace, message.speed)
      restartPace(state.pace, nowMs, position(session).at)
      return DONE
    case 'pause':
      state.playing = false
      return DONE
    case 'seek':
      seek(session, message.target)
      restartPace(state.pace, nowMs, position(session).at)
      return DONE
    case 'stepBy':
      state.playing = false
      stepBy(session, message.unit, message.direction)
      return DONE
    case 'stepThread':
      state.playing = false
      stepThread(session, message.thread)
      return DONE
    case 'act': {
      const result = act(session, message.action)
      if (session.branch.id !== state.sentBranch) startTraceAnew(state)
      return result.ok ? DONE : result.error
    }
    case 'switchBranch': {
      const result = switchBranch(session, message.branch)
      if (session.branch.id !== state.sentBranch) startTraceAnew(state)
      restartPace(state.pace, nowMs, position(session).at)
      return result.ok ? DONE : result.error
    }
    case 'renameBranch': {
      const branch = session.branches.find((candidate) => candidate.id === message.branch)
      if (branch === undefined) return `There is no branch ${message.branch}.`
      branch.name = message.name.slice(0, 80)
      return DONE
    }
    case 'deleteBranch': {
      const result = deleteBranch(session, message.branch)
      return result.ok ? DONE : result.error
    }
    case 'packetBytes':
      return packetBytes(session, message.packet)
    case 'tcpInfo':
      return { kind: 'tcpInfo', infos: message.sockets.map((socket) => takeTcpInfo(session, socket)) }
    case 'hostText':
      return hostText(session, message.host, message.command)
    case 'share':
      return { kind: 'share', hash: shareSession(open) }
    case 'export':
      return exportSession(open, message.format)
  }
}

const DONE: Reply = { kind: 'done' }

function startTraceAnew(state: EngineState): void {
  state.epoch++
  state.sent = NOTHING
  state.sentSteps = -1
  state.changed = true
}

function play(state: EngineState, nowMs: number): void {
  const { open } = state
  if (open === null) return
  const { session } = open
  const before = position(session)
  const upcoming = upcomingTime(session)
  const target = paceTarget(state.pace, nowMs, upcoming, packetsMoving(session))
  state.skippedMicros += target.skippedMicros
  const steps = runUntil(session, target.at, STEPS_PER_TICK)
  // A tick that hit its limit has not kept up: the pace goes on from where the session really is.
  if (steps === STEPS_PER_TICK) restartPace(state.pace, nowMs, position(session).at)
  if (position(session).at !== before.at || steps > 0) state.changed = true
  if (upcomingTime(session) === Number.POSITIVE_INFINITY) {
    state.playing = false
    state.changed = true
  }
}

function postFrame(state: EngineState, port: EnginePort): void {
  const { open } = state
  if (open === null) return
  const { session } = open
  const { trace, timeline } = session.branch
  const delta = deltaSince(trace, state.sent)
  const dispatchEnds = timeline.events.slice(state.sentSteps + 1, timeline.steps + 1)
  const frame: FrameMessage = {
    type: 'frame',
    epoch: state.epoch,
    branch: session.branch.id,
    branches: branchViews(session),
    playing: state.playing,
    speed: state.pace.speed,
    snapshot: takeSnapshot(session),
    delta,
    dispatchEnds,
    end: endPosition(session),
    skippedMicros: state.skippedMicros,
    commands: session.branch.commands,
    idle: upcomingTime(session) === Number.POSITIVE_INFINITY,
  }
  state.sent = traceMark(trace)
  state.sentSteps = timeline.steps
  state.sentBranch = session.branch.id
  state.skippedMicros = 0
  state.changed = false
  state.drawing = true
  const { events, packets } = delta
  port.post(frame, [
    events.at.buffer,
    events.type.buffer,
    events.host.buffer,
    events.rule.buffer,
    events.socket.buffer,
    events.cause.buffer,
    events.args.buffer,
    packets.host.buffer,
    packets.sentAt.buffer,
    packets.offset.buffer,
    packets.payloadLength.buffer,
    packets.bytes.buffer,
    dispatchEnds.buffer,
  ] as Transferable[])
}
