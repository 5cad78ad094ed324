/**
 * A session: one world that can be taken to any step of any of its branches. A branch is a trace, the commands that
 * were given in it, an index of its steps and a few checkpoints. Going to a step means restoring the nearest checkpoint before it and
 * running the same steps again; the recorder then only counts and hashes. Acting where later steps are already known
 * starts a new branch and leaves the old one as it was.
 */
import { assert, deepCopy, NEVER, ok, present } from '../base'
import type { Micros, Result } from '../base'
import { createTrace, eventType, traceMark } from '../trace'
import type { Action, BranchView, Command, Position, SeekTarget, StepUnit, Trace, WorldSpec } from '../trace'
import { cutTrace } from './cut-trace'
import { describeAction } from './describe-action'
import { createRecorder, traceHash } from './recorder'
import type { TraceRecorder } from './recorder'
import { appendStep, createTimeline, cutTimeline, markAt, stepAtTime, stepOfEvent } from './timeline'
import type { Timeline } from './timeline'
import { advanceClock, applyAction, createWorld, dispatchNext, nextTime, restoreWorld } from './world'
import type { World, WorldState } from './world'

export interface Branch {
  readonly id: number
  name: string
  readonly parent: number
  readonly forkStep: number
  readonly forkAt: Micros
  readonly trace: Trace
  readonly timeline: Timeline
  readonly commands: Command[]
  /** World states by step, never changed once taken; shared between branches. */
  readonly checkpoints: Map<number, WorldState>
  checkpointEvery: number
  /** Latest time the clock has stood at on this branch. */
  endAt: Micros
}

export interface Session {
  readonly spec: WorldSpec
  readonly recorder: TraceRecorder
  readonly branches: Branch[]
  branch: Branch
  world: World
  nextBranch: number
}

const FIRST_CHECKPOINT_EVERY = 128
const MOST_CHECKPOINTS = 64
/** Sockets in all checkpoints of a branch together: they are most of what a copy costs. */
const MOST_COPIED_SOCKETS = 50_000
/** No single request runs more steps than this; the caller may ask again. */
const MOST_STEPS = 2_000_000

/** A session at step 0. With `record` false nothing can be rewound or shown: for benchmarks. */
export function createSession(spec: WorldSpec, record = true): Session {
  const branch = newBranch({ id: 0, name: 'main', parent: -1, forkStep: 0, forkAt: 0 }, createTrace(), createTimeline())
  const recorder = createRecorder(branch.trace, record)
  const world = createWorld(spec, recorder)
  appendStep(branch.timeline, 0, traceMark(branch.trace))
  branch.checkpoints.set(0, deepCopy(world.state))
  return { spec, recorder, branches: [branch], branch, world, nextBranch: 1 }
}

function newBranch(
  head: Pick<Branch, 'id' | 'name' | 'parent' | 'forkStep' | 'forkAt'>,
  trace: Trace,
  timeline: Timeline,
): Branch {
  return {
    ...head,
    trace,
    timeline,
    commands: [],
    checkpoints: new Map(),
    checkpointEvery: FIRST_CHECKPOINT_EVERY,
    endAt: head.forkAt,
  }
}

export function position(session: Session): Position {
  const { state } = session.world
  return { step: state.step, event: state.recorder.events, at: state.now }
}

/** Position of the end of what the current branch has seen. */
export function endPosition(session: Session): Position {
  const { timeline, endAt } = session.branch
  return { step: timeline.steps, event: timeline.events[timeline.steps], at: endAt }
}

export function sessionHash(session: Session): string {
  return traceHash(session.world.state.recorder)
}

/** Time of what comes next: a recorded command or the next entry of the queue; NEVER at a quiet end. */
export function upcomingTime(session: Session): Micros {
  const command = commandAt(session.branch, session.world.state.step)
  return command === undefined ? nextTime(session.world) : Math.min(command.at, nextTime(session.world))
}

/** True while a packet is on its way somewhere; one that is held is not. */
export function packetsMoving(session: Session): boolean {
  for (const flight of session.world.state.network.flights.values()) if (!flight.held) return true
  return false
}

/** One step onward. False when there is nothing more to happen. */
export function stepForward(session: Session): boolean {
  if (!stepWorld(session.branch, session.world)) return false
  noteStep(session, session.branch)
  return true
}

/** One step of a world along a branch: the command that was given there, or the next thing that happens by itself. */
function stepWorld(branch: Branch, world: World): boolean {
  const command = commandAt(branch, world.state.step)
  if (command === undefined) return dispatchNext(world)
  advanceClock(world, command.at)
  applyAction(world, command.action)
  return true
}

/** Takes a world that is not the one shown along the branch, until `enough` or the end of what the branch has seen. */
export function followBranch(branch: Branch, world: World, enough: () => boolean): void {
  while (!enough() && world.state.step < branch.timeline.steps && stepWorld(branch, world)) continue
}

/** Runs every step up to and including time `at`, then sets the clock to `at`. At most `mostSteps` of them. */
export function runUntil(session: Session, at: Micros, mostSteps = MOST_STEPS): number {
  let steps = 0
  while (steps < mostSteps && upcomingTime(session) <= at && stepForward(session)) steps++
  if (upcomingTime(session) > at && at !== NEVER) setClock(session, at)
  return steps
}

/** Goes to a place in the current branch, backwards or onward. */
export function seek(session: Session, target: SeekTarget): void {
  const { timeline } = session.branch
  switch (target.to) {
    case 'start':
      goToStep(session, 0)
      return
    case 'end':
      goToStep(session, timeline.steps)
      setClock(session, session.branch.endAt)
      return
    case 'step':
      goToStep(session, target.step)
      return
    case 'event': {
      const known = timeline.events[timeline.steps]
      if (target.event < known) goToStep(session, stepOfEvent(timeline, Math.max(0, target.event)))
      return
    }
    case 'time':
      if (target.at <= timeline.at[timeline.steps]) goToStep(session, stepAtTime(timeline, Math.max(0, target.at)))
      else goToStep(session, timeline.steps)
      runUntil(session, target.at)
  }
}

/** One event, packet or state change onward or back. False when there is none. */
export function stepBy(session: Session, unit: StepUnit, direction: 1 | -1): boolean {
  if (direction === -1) return stepBack(session, unit)
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    if (!stepForward(session)) return steps > 0
    if (stepShows(session.branch, session.world.state.step, unit)) return true
  }
  return true
}

function stepBack(session: Session, unit: StepUnit): boolean {
  let step = session.world.state.step
  if (step === 0) return false
  // The picture before a step that shows a packet is the picture after the one before that.
  while (step > 0 && !stepShows(session.branch, step, unit)) step--
  goToStep(session, Math.max(0, step - 1))
  return true
}

/** Does what a person asked at the present position; in the past that starts a branch. */
export function act(session: Session, action: Action): Result<void> {
  const here = position(session)
  if (here.step < session.branch.timeline.steps) fork(session, here, describeAction(action, session.spec))
  const command: Command = { step: here.step, at: here.at, action }
  session.branch.commands.push(command)
  const result = applyAction(session.world, action)
  noteStep(session, session.branch)
  return result
}

/** Makes another branch current, at the same time if it has seen it, else at its end. */
export function switchBranch(session: Session, id: number): Result<void> {
  const target = session.branches.find((branch) => branch.id === id)
  if (target === undefined) return { ok: false, error: `there is no branch ${id}` }
  if (target === session.branch) return ok(undefined)
  const at = session.world.state.now
  session.branch = target
  session.recorder.attach(target.trace)
  restore(session, 0)
  seek(session, { to: 'time', at: Math.min(at, target.endAt) })
  return ok(undefined)
}

/** Forgets a branch; the current one and the first cannot be deleted. */
export function deleteBranch(session: Session, id: number): Result<void> {
  const index = session.branches.findIndex((branch) => branch.id === id)
  if (index < 0) return { ok: false, error: `there is no branch ${id}` }
  if (session.branches[index] === session.branch)
    return { ok: false, error: 'the branch that is shown cannot be deleted' }
  session.branches.splice(index, 1)
  return ok(undefined)
}

export function branchViews(session: Session): BranchView[] {
  return session.branches.map((branch) => ({
    id: branch.id,
    name: branch.name,
    parent: branch.parent,
    forkStep: branch.forkStep,
    forkAt: branch.forkAt,
    steps: branch.timeline.steps,
    events: branch.timeline.events[branch.timeline.steps],
  }))
}

/** Takes the current branch to `step`, at most its end. */
export function goToStep(session: Session, step: number): void {
  const target = Math.min(Math.max(0, step), session.branch.timeline.steps)
  const here = session.world.state.step
  const clockIsAhead = here === target && session.world.state.now > session.branch.timeline.at[target]
  if (target < here || clockIsAhead) restore(session, target)
  else {
    const nearest = nearestCheckpoint(session.branch, target)
    if (nearest > here) restore(session, target)
  }
  while (session.world.state.step < target) {
    assert(stepForward(session), `replay of branch ${session.branch.id} ended before step ${target}`)
  }
}

function restore(session: Session, step: number): void {
  const nearest = nearestCheckpoint(session.branch, step)
  const state = present(session.branch.checkpoints.get(nearest), 'checkpoint')
  session.world = restoreWorld(session.spec, session.recorder, state)
}

/** The last step up to `step` that the branch has a checkpoint of. */
export function nearestCheckpoint(branch: Branch, step: number): number {
  let best = 0
  for (const at of branch.checkpoints.keys()) if (at <= step && at > best) best = at
  return best
}

/** The command given after `step` steps of a branch. Commands are in the order of their steps. */
function commandAt({ commands }: Branch, step: number): Command | undefined {
  let low = 0
  let high = commands.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (commands[middle].step < step) low = middle + 1
    else high = middle
  }
  return low < commands.length && commands[low].step === step ? commands[low] : undefined
}

function setClock(session: Session, at: Micros): void {
  advanceClock(session.world, at)
  session.branch.endAt = Math.max(session.branch.endAt, session.world.state.now)
}

/** Books the step that the world has just made: new steps enter the timeline, known ones must match it. */
function noteStep(session: Session, branch: Branch): void {
  const { state } = session.world
  const { timeline } = branch
  if (state.step <= timeline.steps) {
    assert(
      timeline.events[state.step] === state.recorder.events,
      `seed ${session.spec.seed}: replay of step ${state.step} recorded ${state.recorder.events} events, the first run ${timeline.events[state.step]}`,
    )
    return
  }
  appendStep(timeline, state.now, traceMark(branch.trace))
  branch.endAt = Math.max(branch.endAt, state.now)
  if (session.recorder.enabled && state.step % branch.checkpointEvery === 0) addCheckpoint(branch, state)
}

/** Takes a checkpoint, unless the world has become so large that going back had better be slow. */
function addCheckpoint(branch: Branch, state: WorldState): void {
  let sockets = socketsIn(state)
  for (const taken of branch.checkpoints.values()) sockets += socketsIn(taken)
  if (sockets > MOST_COPIED_SOCKETS) {
    thinOut(branch)
    return
  }
  branch.checkpoints.set(state.step, deepCopy(state))
  if (branch.checkpoints.size > MOST_CHECKPOINTS) thinOut(branch)
}

function socketsIn({ hosts }: WorldState): number {
  return hosts.reduce((sum, host) => sum + host.sockets.size, 0)
}

/** Doubles the distance between checkpoints, so that their number stays bounded however long the run. */
function thinOut(branch: Branch): void {
  branch.checkpointEvery *= 2
  for (const step of branch.checkpoints.keys()) {
    if (step % branch.checkpointEvery !== 0) branch.checkpoints.delete(step)
  }
}

function fork(session: Session, here: Position, name: string): void {
  const from = session.branch
  const trace = cutTrace(from.trace, markAt(from.timeline, here.step))
  const branch = newBranch(
    { id: session.nextBranch++, name, parent: from.id, forkStep: here.step, forkAt: here.at },
    trace,
    cutTimeline(from.timeline, here.step),
  )
  branch.commands.push(...from.commands.filter((command) => command.step < here.step))
  branch.checkpointEvery = from.checkpointEvery
  for (const [step, state] of from.checkpoints) if (step <= here.step) branch.checkpoints.set(step, state)
  session.branches.push(branch)
  session.branch = branch
  session.recorder.attach(trace)
}

function stepShows(branch: Branch, step: number, unit: StepUnit): boolean {
  if (unit === 'event' || step === 0) return true
  const { timeline, trace } = branch
  for (let event = timeline.events[step - 1]; event < timeline.events[step]; event++) {
    const type = eventType(trace.events, event)
    if (unit === 'state' ? type === 'tcp/stateChanged' : PACKET_EVENTS.has(type)) return true
  }
  return false
}

const PACKET_EVENTS: ReadonlySet<string> = new Set([
  'tcp/segmentSent',
  'link/packetDelivered',
  'link/packetLost',
  'link/packetDuplicated',
])
